using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Feed;
using BotHub.Core.Models;
using BotHub.Core.Security;
using BotHub.Core.Usage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BotHub.Storage;

/// <summary>Wires the room.</summary>
public static class StorageSetup
{
    /// <summary>
    /// Registers <see cref="IConversationStore"/>, <see cref="IConversationFeed"/>, <see cref="IWakeUps"/>, <see cref="ISigningKeys"/>,
    /// <see cref="IOutboundGovernor"/>, <see cref="IPollLeases"/>, <see cref="IChatMoves"/>, <see cref="IModelLimits"/> and <see cref="IBooks"/>: over the server of <c>ConnectionStrings:Redis</c>, or over the embedded store without it.
    /// The store is usable from every hosted service's <c>StartAsync</c> until the end of its <c>StopAsync</c>.
    /// </summary>
    public static IHostApplicationBuilder AddStorage(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IStoreServer>(provider =>
            string.IsNullOrWhiteSpace(provider.GetRequiredService<IConfiguration>().GetConnectionString(StorageOptions.ConnectionName))
                ? ActivatorUtilities.CreateInstance<EmbeddedGarnet>(provider)
                : ActivatorUtilities.CreateInstance<ExternalRedis>(provider));
        services.AddSingleton(provider => new Keys(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Partitions));
        services.AddSingleton<StoreConnection>();
        services.AddSingleton<StoreCheck>();
        services.AddSingleton<StaleLeases>();
        services.AddSingleton<FeedReaders>();
        services.AddSingleton<IConversationStore, RedisConversationStore>();
        services.AddSingleton<IConversationFeed, RedisFeed>();
        services.AddSingleton<IWakeUps, RedisWakeUps>();
        services.AddSingleton<ISigningKeys, StoredSigningKeys>();
        services.AddSingleton<IOutboundGovernor, RedisOutboundGovernor>();
        services.AddSingleton<IPollLeases, RedisPollLeases>();
        services.AddSingleton<IChatMoves, RedisChatMoves>();
        services.AddSingleton<RedisModelLimits>();
        services.AddSingleton<IModelLimits>(provider => provider.GetRequiredService<RedisModelLimits>());
        services.TryAddSingleton(UsageSettings.Off);
        services.AddSingleton<Bookkeeper>();
        services.AddSingleton<IBooks, RedisBooks>();
        services.AddHostedService<StoreHost>();
        services.AddHostedService(provider => provider.GetRequiredService<RedisModelLimits>());
        services.AddHostedService(provider => provider.GetRequiredService<Bookkeeper>());
        return builder;
    }
}
