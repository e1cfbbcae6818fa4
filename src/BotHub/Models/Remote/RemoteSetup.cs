using Azure.Core;
using Azure.Identity;

namespace BotHub.Models.Remote;

internal static class RemoteSetup
{
    private static readonly TimeSpan _connect = TimeSpan.FromSeconds(15);

    /// <summary>Adds what remote models need.</summary>
    public static IServiceCollection AddRemoteModels(this IServiceCollection services)
    {
        // Asked for only where a model of Azure has no key: looking for an identity takes time.
        services.AddSingleton(new Lazy<TokenCredential>(() => new DefaultAzureCredential()));
        services.AddSingleton<RemoteModels>();
        services.AddSingleton<ILanguageModelFactory, AzureOpenAIModelFactory>();
        services.AddSingleton<ILanguageModelFactory, CompatibleModelFactory>();
        services.AddHttpClient(RemoteModels.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // A key goes to the configured host and to no other.
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = _connect,
                // The client lives as long as the hub; names may come to mean other hosts.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                // A stopped answer is not read to its end.
                MaxResponseDrainSize = 0,
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Headers carry the key.
            .RemoveAllLoggers();
        return services;
    }
}
