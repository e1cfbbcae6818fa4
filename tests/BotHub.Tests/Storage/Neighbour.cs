using BotHub.Storage;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace BotHub.Tests.Storage;

/// <summary>A second node on an embedded store that a first node runs: it has a connection of its own, but not the server.</summary>
internal static class Neighbour
{
    public static Task<StoreNode> StartAsync(StoreNode first, IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? change = null) =>
        StoreNode.StartAsync(settings, services =>
        {
            services.AddSingleton<IStoreServer>(new Lodger(first.Get<IStoreServer>(), first.Get<StoreConnection>()));
            change?.Invoke(services);
        });

    private sealed class Lodger(IStoreServer landlord, StoreConnection door) : IStoreServer
    {
        public string Kind => landlord.Kind;

        public bool IsExclusive => false;

        public Task<ConfigurationOptions> StartAsync(CancellationToken cancel) => Task.FromResult(door.Options.Clone());

        public Task DurableAsync() => landlord.DurableAsync();

        public Task<bool> IsDurableAsync(IDatabase database) => landlord.IsDurableAsync(database);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
