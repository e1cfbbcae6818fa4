using BotHub.Core.Conversations;
using BotHub.Core.Security;
using BotHub.Core.Feed;

namespace BotHub.Tests.Operations;

/// <summary>A store without conversations, whose figures a test decides.</summary>
internal sealed class FakeStore : IConversationStore, IConversationFeed, IWakeUps, ISigningKeys
{
    private int _reads;

    public Func<Task<StoreStatus>> Status { get; set; } =
        () => Task.FromResult(new StoreStatus("garnet", "7.4.3", true, 3, 2, TimeSpan.FromSeconds(1.5), 1, 4, TimeSpan.FromMilliseconds(0.25)));

    /// <summary>How often somebody asked for the figures.</summary>
    public int Reads => _reads;

    public Task<StoreStatus> ReadStatusAsync(CancellationToken cancel)
    {
        Interlocked.Increment(ref _reads);
        return Status();
    }

    public Task<IReadOnlyList<ConversationId>> PeekDueAsync(int limit, CancellationToken cancel) => Task.FromResult<IReadOnlyList<ConversationId>>([]);

    public Task<SigningKey> CurrentAsync() => Task.FromResult(new SigningKey("1", new byte[32], DateTimeOffset.UnixEpoch));

    public Task<SigningKey?> FindAsync(string id) => Task.FromResult<SigningKey?>(null);

    public Task ListenAsync(Action<ConversationId> offered, Action<ConversationId> marked, CancellationToken cancel) => Task.CompletedTask;

    public Task OfferAsync(ConversationId conversation) => Task.CompletedTask;

    public Task MarkAsync(ConversationId conversation) => Task.CompletedTask;

    public Task<AcceptResult> AcceptAsync(InboundMessage message, TimeSpan delay, CancellationToken cancel) => throw new StoreUnavailableException("secret-host:6379");

    public Task<(AcceptResult Result, Claim? Claim)> AcceptAndClaimAsync(InboundMessage message, string owner, TimeSpan lease, CancellationToken cancel) => throw new StoreUnavailableException("secret-host:6379");

    public Task<Claim?> ClaimAsync(ConversationId conversation, string owner, TimeSpan lease, CancellationToken cancel) => throw new NotSupportedException();

    public Task<Renewal> RenewAsync(LeaseKey lease, TimeSpan duration, CancellationToken cancel) => throw new NotSupportedException();

    public Task<CommitResult> CommitAsync(LeaseKey lease, TurnCommit commit, CancellationToken cancel) => throw new NotSupportedException();

    public Task<NextMail> ReceiptAsync(LeaseKey lease, Receipt receipt, bool takeNext, CancellationToken cancel) => throw new NotSupportedException();

    public Task ReleaseAsync(LeaseKey lease, TimeSpan delay, CancellationToken cancel) => throw new NotSupportedException();

    public Task<bool> RequestStopAsync(ConversationId conversation, CancellationToken cancel) => throw new NotSupportedException();

    public Task<Marks> ReadMarksAsync(ConversationId conversation, CancellationToken cancel) => throw new NotSupportedException();

    public Task<Fence> NoteAsync(LeaseKey lease, string note, CancellationToken cancel) => throw new NotSupportedException();

    public Task<DeliveredAnswer?> FindAnswerAsync(ConversationId conversation, AnswerKey key, CancellationToken cancel) => throw new NotSupportedException();

    public Task<bool> RecordFeedbackAsync(ConversationId conversation, string turn, string user, Feedback? feedback, CancellationToken cancel) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChatEntry>> ReadTranscriptAsync(ConversationId conversation, long from, int count, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ConversationView> ReadViewAsync(ConversationId conversation, int limit, CancellationToken cancel) => throw new NotSupportedException();

    public Task<string?> ReadLedgerAsync(ConversationId conversation, string turn, CancellationToken cancel) => throw new NotSupportedException();

    public Task<FeedWrite> WriteAsync(LeaseKey lease, long firstId, IReadOnlyList<FeedEvent> events, bool reset, CancellationToken cancel) => throw new NotSupportedException();

    public Task<IFeedSubscription> SubscribeAsync(ConversationId conversation, CancellationToken cancel) => throw new NotSupportedException();

    public Task<IReadOnlyList<FeedBatch>> ReadAsync(ConversationId conversation, CancellationToken cancel) => throw new NotSupportedException();
}
