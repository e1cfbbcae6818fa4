using System.Collections.Concurrent;
using BotHub.Core.Conversations;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// The one connection to the store. It opens once the server is up; a call before that, or without an answer, ends in
/// <see cref="StoreUnavailableException"/>. Who cancels a call keeps it from being made; one that was made is waited for, as its answer
/// comes within <see cref="CallTimeout"/> and an abandoned one would be of unknown outcome.
/// </summary>
internal sealed partial class StoreConnection(ILogger<StoreConnection> logger) : IAsyncDisposable
{
    /// <summary>The longest a call waits for its answer.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private readonly Riders _riders = new();
    private readonly Gatherer _gatherer = new();
    private ConnectionMultiplexer? _multiplexer;
    private ConfigurationOptions? _options;

    /// <summary>Raised after the connection came back: what was published in between is gone.</summary>
    public event Action? Restored;

    public IDatabase Database => Multiplexer.GetDatabase();

    public ISubscriber Subscriber => Multiplexer.GetSubscriber();

    public ConnectionMultiplexer Multiplexer =>
        _multiplexer ?? throw new StoreUnavailableException("The store has not started yet: use it from StartAsync on, not before.");

    public ConfigurationOptions Options => _options ?? throw new InvalidOperationException("The connection was never opened.");

    public async Task OpenAsync(ConfigurationOptions options)
    {
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = options.SyncTimeout = options.AsyncTimeout = (int)CallTimeout.TotalMilliseconds;
        options.HeartbeatInterval = TimeSpan.FromSeconds(1);
        options.KeepAlive = 10;
        options.ReconnectRetryPolicy = new ExponentialRetry(100, 2000);
        options.ClientName = $"bothub-{Guid.NewGuid().ToString("N")[..8]}";
        // This client counts INFO among the administrators' commands.
        options.AllowAdmin = true;
        _options = options;
        _multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        ConcurrentDictionary<ConnectionType, bool> failed = [];
        _multiplexer.ConnectionFailed += (_, e) =>
        {
            failed[e.ConnectionType] = true;
            Log.Failed(logger, e.ConnectionType, e.FailureType);
        };
        _multiplexer.ConnectionRestored += (_, e) =>
        {
            // Also told of a connection that was just slow to open.
            if (failed.TryRemove(e.ConnectionType, out var _)) Log.Restored(logger, e.ConnectionType);
            Restored?.Invoke();
        };
    }

    /// <summary>A second connection to the same server; the caller ends it.</summary>
    public async Task<StoreConnection> OpenAnotherAsync()
    {
        var another = new StoreConnection(logger);
        await another.OpenAsync(Options.Clone());
        return another;
    }

    /// <summary>Runs a script at most once. Without an answer it is unknown whether it ran.</summary>
    public Task<RedisResult> RunAsync(StoreScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancel) =>
        RunAsync(script, keys, values, soon: false, tries: 1, cancel);

    /// <summary>As <see cref="RunAsync(StoreScript, RedisKey[], RedisValue[], CancellationToken)"/>, for what nobody waits for in person: it goes out with the next call, or after a moment by itself.</summary>
    public Task<RedisResult> RunSoonAsync(StoreScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancel) =>
        RunAsync(script, keys, values, soon: true, tries: 1, cancel);

    /// <summary>Runs a script that is harmless to repeat; once more when the first try got no answer.</summary>
    public Task<RedisResult> RepeatAsync(StoreScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancel) =>
        RunAsync(script, keys, values, soon: false, tries: 2, cancel);

    private async Task<RedisResult> RunAsync(StoreScript script, RedisKey[] keys, RedisValue[] values, bool soon, int tries, CancellationToken cancel)
    {
        if (soon) await _riders.WaitAsync();
        for (var known = true; ;)
        {
            cancel.ThrowIfCancellationRequested();
            _riders.Go();
            try
            {
                var call = known ? _gatherer.Call(Database, script, keys, values) : Database.ExecuteAsync("EVAL", Arguments(script.Text, keys, values));
                return await call;
            }
            catch (RedisServerException e) when (known && e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                // The server restarted or its scripts were flushed. It has run nothing, so this is no repetition.
                known = false;
            }
            catch (Exception e) when (IsStoreTrouble(e))
            {
                if (--tries == 0 || e is not (RedisTimeoutException or RedisConnectionException)) throw Unavailable(e);
            }
        }
    }

    /// <summary>Runs any other call, and turns the client's exceptions into the seam's.</summary>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            return await call(Database);
        }
        catch (Exception e) when (IsStoreTrouble(e))
        {
            throw Unavailable(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _riders.Dispose();
        if (_multiplexer is not null) await _multiplexer.DisposeAsync();
    }

    private static bool IsStoreTrouble(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException;

    private static StoreUnavailableException Unavailable(Exception e) => new($"The store did not do its work: {e.Message}", e);

    private static object[] Arguments(string script, RedisKey[] keys, RedisValue[] values)
    {
        var arguments = new object[2 + keys.Length + values.Length];
        arguments[0] = script;
        arguments[1] = keys.Length;
        for (var i = 0; i < keys.Length; i++) arguments[2 + i] = keys[i];
        for (var i = 0; i < values.Length; i++) arguments[2 + keys.Length + i] = values[i];
        return arguments;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The store's {Connection} connection failed: {Failure}")]
        public static partial void Failed(ILogger logger, ConnectionType connection, ConnectionFailureType failure);

        [LoggerMessage(2, LogLevel.Information, "The store's {Connection} connection is back")]
        public static partial void Restored(ILogger logger, ConnectionType connection);
    }
}
