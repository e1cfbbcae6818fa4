using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BotHub.Prompts;

/// <summary>Registers the personas.</summary>
internal static class PromptsServices
{
    /// <summary>Adds <see cref="PromptLibrary"/>, read while the host starts.</summary>
    public static IHostApplicationBuilder AddPrompts(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<PromptsOptions>().BindConfiguration(PromptsOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PromptLibrary>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PromptLibrary>());
        return builder;
    }
}
