using System.Threading.Channels;
using BotHub.Core.Feed;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// The readers on this node. One subscription at the store serves all of a conversation's readers; it begins with the first and
/// ends with the last.
/// </summary>
internal sealed partial class FeedReaders : IDisposable
{
    /// <summary>Batches a reader may lag behind; then the oldest are dropped, which it sees as a gap.</summary>
    public const int QueueLength = 256;

    private const string EchoPrefix = "echo ";
    private const int EchoTries = 50;

    private static readonly TimeSpan EchoWait = TimeSpan.FromMilliseconds(200);

    private readonly StoreConnection _connection;
    private readonly ILogger<FeedReaders> _logger;

    // Subscribing and unsubscribing go one at a time: else the end of one group could cut off its successor on the same channel.
    private readonly SemaphoreSlim _changes = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<RedisChannel, Group> _groups = [];

    public FeedReaders(StoreConnection connection, ILogger<FeedReaders> logger)
    {
        (_connection, _logger) = (connection, logger);
        connection.Restored += OnRestored;
    }

    // Readers that leave after this still take turns, so the semaphore stays; it holds nothing that needs an end.
    public void Dispose() => _connection.Restored -= OnRestored;

    /// <summary>Returns once the subscription is in force at the store.</summary>
    public async Task<IFeedSubscription> AttachAsync(RedisChannel channel, CancellationToken cancel)
    {
        await _changes.WaitAsync(cancel);
        try
        {
            Group? group;
            lock (_gate) _groups.TryGetValue(channel, out group);
            if (group is null)
            {
                // A channel queue keeps the order of the messages; plain handlers would run side by side.
                var queue = await _connection.CallAsync(_ => _connection.Subscriber.SubscribeAsync(channel), CancellationToken.None);
                group = new Group(queue);
                lock (_gate) _groups[channel] = group;
                queue.OnMessage(message => Receive(group, message.Message));
            }

            var reader = new Reader(this, channel);
            lock (_gate) group.Readers = [.. group.Readers, reader];
            return reader;
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task DetachAsync(Reader reader, RedisChannel channel)
    {
        await _changes.WaitAsync();
        try
        {
            Group? group;
            lock (_gate)
            {
                if (!_groups.TryGetValue(channel, out group)) return;
                group.Readers = [.. group.Readers.Where(r => r != reader)];
                if (group.Readers.Length > 0) return;
                _groups.Remove(channel);
            }

            await group.Queue.UnsubscribeAsync();
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The connection is gone, and the subscription with it.
            Log.NotEnded(_logger, e);
        }
        finally
        {
            _changes.Release();
        }
    }

    private void Deliver(Group group, FeedBatch batch)
    {
        Reader[] readers;
        lock (_gate) readers = group.Readers;
        foreach (var reader in readers) reader.Deliver(batch);
    }

    private void Receive(Group group, RedisValue message)
    {
        if (!message.StartsWith(EchoPrefix)) Deliver(group, FeedWire.Read(message) ?? FeedWire.Gap);
        else if (message == (RedisValue)group.Echo) EndEcho(group);
    }

    private void EndEcho(Group group)
    {
        group.Echo = null;
        Deliver(group, FeedWire.Gap);
    }

    private void OnRestored()
    {
        Group[] groups;
        lock (_gate) groups = [.. _groups.Values];
        foreach (var group in groups) _ = ShowGapAsync(group);
    }

    // A reader that sees the gap reads a fresh view, so the subscription must be in force before. The client renews it at some time
    // after the connection is back; only a message to ourselves proves that it has.
    private async Task ShowGapAsync(Group group)
    {
        var echo = $"{EchoPrefix}{Guid.NewGuid():N}";
        group.Echo = echo;
        for (var tries = 0; tries < EchoTries && group.Echo == echo && group.Readers.Length > 0; tries++)
        {
            try
            {
                await _connection.Subscriber.PublishAsync(group.Queue.Channel, echo);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
            {
                Log.NotEnded(_logger, e);
            }

            await Task.Delay(EchoWait);
        }

        if (group.Echo == echo) EndEcho(group);
    }

    private sealed class Group(ChannelMessageQueue queue)
    {
        public ChannelMessageQueue Queue { get; } = queue;

        public Reader[] Readers { get; set; } = [];

        /// <summary>The message to ourselves that is on its way, or null.</summary>
        public string? Echo { get; set; }
    }

    private sealed class Reader(FeedReaders owner, RedisChannel channel) : IFeedSubscription
    {
        private readonly Channel<FeedBatch> _queue = Channel.CreateBounded<FeedBatch>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        private int _disposed;

        public void Deliver(FeedBatch batch) => _queue.Writer.TryWrite(batch);

        public IAsyncEnumerable<FeedBatch> ReadAllAsync(CancellationToken cancel) => _queue.Reader.ReadAllAsync(cancel);

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            _queue.Writer.TryComplete();
            await owner.DetachAsync(this, channel);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The store did not answer while a feed subscription changed")]
        public static partial void NotEnded(ILogger logger, Exception e);
    }
}
