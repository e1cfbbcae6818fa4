using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The live feed: a bounded, expiring list per conversation, and one channel to tell the readers on all nodes.</summary>
internal sealed class RedisFeed(StoreConnection connection, FeedReaders readers, Keys keys, IOptions<StorageOptions> options) : IConversationFeed
{
    private readonly RedisValue _expiry = (long)options.Value.FeedExpiry.TotalMilliseconds;

    public async Task<FeedWrite> WriteAsync(LeaseKey lease, long firstId, IReadOnlyList<FeedEvent> events, bool reset, CancellationToken cancel)
    {
        if (events.Count == 0) throw new ArgumentException("A batch needs events.", nameof(events));
        var batch = FeedWire.Write(firstId, events);
        var f = (RedisResult[])(await connection.RunAsync(
            FeedWriteScript.Script,
            [keys.Conversation(lease.Conversation), keys.Feed(lease.Conversation)],
            [lease.Epoch, reset ? "1" : "", batch, _expiry, Keys.FeedBatchesHeld],
            cancel))!;
        if ((int)f[0] == 0) return new FeedWrite(Fence.Lost, 0);
        // Should this fail, the batch is held all the same: the caller hears of it, and readers see a gap with the next one.
        await connection.CallAsync(
            _ => connection.Subscriber.PublishAsync(keys.FeedChannel(lease.Conversation), FeedWire.Announce((RedisValue)f[2], batch)), cancel);
        return new FeedWrite(Fence.Held, (int)f[1]);
    }

    public Task<IFeedSubscription> SubscribeAsync(ConversationId conversation, CancellationToken cancel) =>
        readers.AttachAsync(keys.FeedChannel(conversation), cancel);

    public async Task<IReadOnlyList<FeedBatch>> ReadAsync(ConversationId conversation, CancellationToken cancel) =>
        FeedWire.ReadAll(await connection.CallAsync(database => database.ListRangeAsync(keys.Feed(conversation)), cancel));
}
