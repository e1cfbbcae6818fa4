using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Where the store runs: inside the hub or outside of it.</summary>
internal interface IStoreServer : IAsyncDisposable
{
    string Kind { get; }

    /// <summary>Whether this process is the store's only node: then a lease from before its start belongs to a dead process.</summary>
    bool IsExclusive { get; }

    /// <summary>Brings the server up, recovered, and says how to reach it.</summary>
    /// <exception cref="StoreStartException">It can't be used; the message says why and what to do.</exception>
    Task<ConfigurationOptions> StartAsync(CancellationToken cancel);

    /// <summary>Returns once all that was answered before the call survives kill -9, as far as this server can promise it.</summary>
    Task DurableAsync();

    /// <summary>Whether an acknowledged write survives kill -9 of the server.</summary>
    Task<bool> IsDurableAsync(IDatabase database);
}

/// <summary>The store can't be used as configured. The message names key, value and fix; it holds no secret.</summary>
public sealed class StoreStartException(string message, Exception? inner = null) : Exception(message, inner);
