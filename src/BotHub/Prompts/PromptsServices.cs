using BotHub.Core.Prompts;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BotHub.Prompts;

/// <summary>Registers the personas.</summary>
internal static class PromptsServices
{
    /// <summary>Adds <see cref="PromptLibrary"/>, read while the host starts.</summary>
    public static IHostApplicationBuilder AddPrompts(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IValidateOptions<PromptsOptions>, PromptsOptionsValidator>();
        builder.Services.AddOptions<PromptsOptions>()
            .Configure(o => o.Read(builder.Configuration.GetSection(PromptsOptions.Section))).ValidateOnStart();
        builder.Services.AddSingleton<PromptLibrary>();
        builder.Services.AddSingleton<IPromptLibrary>(services => services.GetRequiredService<PromptLibrary>());
        builder.Services.AddHostedService(services => services.GetRequiredService<PromptLibrary>());
        return builder;
    }
}
