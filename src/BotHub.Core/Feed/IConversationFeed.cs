using BotHub.Core.Conversations;

namespace BotHub.Core.Feed;

/// <summary>
/// The live event log of a conversation: bounded, expiring, readable from every node. Ids grow across restarts and nodes because
/// they start with the lease's epoch: <c>epoch × 1,000,000 + n</c>.
/// </summary>
public interface IConversationFeed
{
    /// <summary>Ids one lease may give out; a holder that nears it gives the lease back and claims anew.</summary>
    const long IdsPerEpoch = 1_000_000;

    /// <summary>Appends a batch if the lease still holds, then tells the readers on all nodes.</summary>
    /// <param name="reset">Drop what is held first; the batch must begin with a <see cref="FeedReset"/>.</param>
    Task<FeedWrite> WriteAsync(LeaseKey lease, long firstId, IReadOnlyList<FeedEvent> events, bool reset, CancellationToken cancel);

    /// <summary>
    /// Follows what is written from now on, and returns once following has begun, so that a view read afterwards misses nothing.
    /// The subscription's queue is bounded; a reader too slow for it sees a batch whose <see cref="FeedBatch.PreviousId"/> does not fit.
    /// </summary>
    Task<IFeedSubscription> SubscribeAsync(ConversationId conversation, CancellationToken cancel);

    /// <summary>All batches held, oldest first.</summary>
    Task<IReadOnlyList<FeedBatch>> ReadAsync(ConversationId conversation, CancellationToken cancel);
}

/// <param name="Held">Batches held after this write: the holder cuts the log with a reset when it grows long.</param>
public readonly record struct FeedWrite(Fence Fence, int Held);

public interface IFeedSubscription : IAsyncDisposable
{
    /// <summary>Batches as they are written. Completes never by itself; the store's reconnects show as gaps.</summary>
    IAsyncEnumerable<FeedBatch> ReadAllAsync(CancellationToken cancel);
}
