using BotHub.Models.Catalogue;
using BotHub.Models.Echo;
using BotHub.Models.Eliza;
using BotHub.Models.Limits;
using BotHub.Models.Remote;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BotHub.Models;

/// <summary>Registers the models.</summary>
internal static class ModelsServices
{
    /// <summary>
    /// Adds <see cref="ModelDirectory"/>, filled while the host starts and before Kestrel listens. Needs
    /// <c>AddPrompts</c>, whose folder holds eliza's script, and <c>AddStorage</c>, where limits are counted.
    /// </summary>
    public static IHostApplicationBuilder AddModels(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddModelDownloads(builder.Configuration, DownloadSettings.AtStart);
        builder.Services.AddSingleton<ModelLocator>();
        builder.Services.AddSingleton<LimitWaits>();
        builder.Services.AddSingleton<ModelLimiter>();
        builder.Services.AddSingleton<ILanguageModelFactory, LlamaModelFactory>();
        builder.Services.AddRemoteModels();
        builder.Services.AddSingleton<ILanguageModelFactory, ElizaModelFactory>();
        builder.Services.AddSingleton<ILanguageModelFactory, EchoModelFactory>();
        builder.Services.AddSingleton<ModelDirectory>();
        builder.Services.AddSingleton<Core.Models.IModelDirectory>(services => services.GetRequiredService<ModelDirectory>());
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelDirectory>());
        return builder;
    }

    /// <summary>What the hub and the command line share: options, folders, downloader.</summary>
    public static IServiceCollection AddModelDownloads(this IServiceCollection services, IConfiguration configuration, DownloadSettings settings)
    {
        services.AddSingleton<IValidateOptions<ModelsOptions>, ModelsOptionsValidator>();
        services.AddOptions<ModelsOptions>().Configure(o => o.Read(configuration.GetSection(ModelsOptions.Section))).ValidateOnStart();
        services.AddSingleton(s => ModelFolders.For(
            AppContext.BaseDirectory, s.GetRequiredService<IOptions<ModelsOptions>>().Value.Directory, Environment.GetEnvironmentVariable));
        services.AddSingleton(settings);
        services.AddSingleton<ModelDownloader>();
        services.AddHttpClient(ModelDownloader.ClientName, client =>
            {
                // The downloader has its own patience, which starts again with every byte received.
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.UserAgent.ParseAdd("BotHub");
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = DownloadSettings.Connect,
            })
            // Addresses after a redirect carry signatures, which are no business of the log.
            .RemoveAllLoggers();
        return services;
    }
}
