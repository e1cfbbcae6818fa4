namespace BotHub.Core.Conversations;

/// <summary>
/// The durable mailbox, transcript and outbox of every conversation. Each call is one atomic step at the store; what is
/// acknowledged survives kill -9 of any node. Every call may throw <see cref="StoreUnavailableException"/>; a commit or receipt
/// that ends so is ambiguous: let the lease run out and read the state again.
/// </summary>
public interface IConversationStore
{
    /// <summary>Appends a message unless its id is known already. Returns once durable: only then may a channel acknowledge.</summary>
    /// <param name="delay">How long the conversation waits for more of the same burst before it may be claimed.</param>
    Task<AcceptResult> AcceptAsync(InboundMessage message, TimeSpan delay, CancellationToken cancel);

    /// <summary>
    /// Accepts a message and, where its conversation is idle, takes the lease in the same step: one call instead of two for nearly
    /// every message.
    /// </summary>
    /// <returns>No claim when nothing was accepted, when earlier mail or a reply waits, or when somebody has the conversation.</returns>
    Task<(AcceptResult Result, Claim? Claim)> AcceptAndClaimAsync(InboundMessage message, string owner, TimeSpan lease, CancellationToken cancel);

    /// <summary>Conversations that are due on this store now, oldest first; a hint only, the claim decides.</summary>
    Task<IReadOnlyList<ConversationId>> PeekDueAsync(int limit, CancellationToken cancel);

    /// <summary>Takes the lease of a due conversation and raises its epoch. Null when there is nothing to do or another node has it.</summary>
    /// <param name="owner">The node's id, for operators.</param>
    Task<Claim?> ClaimAsync(ConversationId conversation, string owner, TimeSpan lease, CancellationToken cancel);

    /// <summary>Extends the lease. <see cref="Fence.Lost"/> means another node has taken over: stop at once and write nothing.</summary>
    Task<Renewal> RenewAsync(LeaseKey lease, TimeSpan duration, CancellationToken cancel);

    /// <summary>
    /// Writes down how far a reply has got on its platform, for whoever takes the conversation over: <see cref="Claim.Note"/>.
    /// The receipt of the last reply clears it.
    /// </summary>
    /// <param name="note">The channel's own, 4096 UTF-16 units at most.</param>
    Task<Fence> NoteAsync(LeaseKey lease, string note, CancellationToken cancel);

    /// <summary>
    /// Ends a turn: appends to the transcript, pops the mailbox, puts the reply into the outbox, stores the ledger, all in one write.
    /// Returns once durable.
    /// </summary>
    Task<CommitResult> CommitAsync(LeaseKey lease, TurnCommit commit, CancellationToken cancel);

    /// <summary>
    /// Removes a delivered reply from the outbox. With <paramref name="takeNext"/> the lease is kept and the mail that waits by
    /// now is returned; without, or when nothing waits, the conversation is released.
    /// </summary>
    Task<NextMail> ReceiptAsync(LeaseKey lease, Receipt receipt, bool takeNext, CancellationToken cancel);

    /// <summary>
    /// Gives the lease back without a commit; what waits is due again after <paramref name="delay"/>. A graceful release does not count
    /// as a try, and says that nothing of the outbox is in doubt.
    /// </summary>
    Task ReleaseAsync(LeaseKey lease, TimeSpan delay, CancellationToken cancel);

    /// <summary>Asks for the end of the answer at the mailbox's head, running or still queued. False when nothing waits.</summary>
    Task<bool> RequestStopAsync(ConversationId conversation, CancellationToken cancel);

    /// <summary>What people have asked for while a turn runs.</summary>
    Task<Marks> ReadMarksAsync(ConversationId conversation, CancellationToken cancel);

    /// <summary>Where the answer of a turn, or the turn of a platform's message (a user's or an answer's), is; null when not (or no longer) known.</summary>
    Task<DeliveredAnswer?> FindAnswerAsync(ConversationId conversation, AnswerKey key, CancellationToken cancel);

    /// <summary>Remembers what a person thinks of an answer; null takes it back. False when the turn is not (or no longer) known.</summary>
    Task<bool> RecordFeedbackAsync(ConversationId conversation, string turn, string user, Feedback? feedback, CancellationToken cancel);

    /// <summary>Reads transcript entries by number, oldest first; numbers outside the stored range are left out.</summary>
    Task<IReadOnlyList<ChatEntry>> ReadTranscriptAsync(ConversationId conversation, long from, int count, CancellationToken cancel);

    /// <summary>Reads, in one atomic step, what a person joining now should see.</summary>
    /// <param name="limit">The newest transcript entries at most.</param>
    Task<ConversationView> ReadViewAsync(ConversationId conversation, int limit, CancellationToken cancel);

    /// <summary>The stored ledger of a turn as JSON, or null when it is not (or no longer) known.</summary>
    Task<string?> ReadLedgerAsync(ConversationId conversation, string turn, CancellationToken cancel);

    /// <summary>Figures for operators.</summary>
    Task<StoreStatus> ReadStatusAsync(CancellationToken cancel);
}

public enum AcceptOutcome
{
    Accepted,
    /// <summary>The new wording took the place of a message that is not answered yet.</summary>
    Revised,
    /// <summary>The id is known: nothing was stored, and the sender gets the first answer again.</summary>
    Duplicate,
    /// <summary>The mailbox holds as many unanswered messages as it may.</summary>
    Full,
}

/// <param name="Sequence">The message's mailbox number (also for a duplicate); -1 when full.</param>
/// <param name="Position">Unanswered messages ahead of it; 0 is next or already answered.</param>
public readonly record struct AcceptResult(AcceptOutcome Outcome, long Sequence, int Position);

/// <summary>Proves a lease: every write that carries it is refused once the conversation's epoch has moved on.</summary>
public sealed record LeaseKey(ConversationId Conversation, long Epoch, string Owner);

public enum Fence
{
    Held,
    Lost,
}

/// <param name="OutboxSequence">The reply's number in the outbox, for its receipt; -1 when the turn had no reply.</param>
/// <param name="Revised">A message of the turn was given a new wording meanwhile, and nothing was written: begin the turn anew.</param>
public readonly record struct CommitResult(Fence Fence, long OutboxSequence, bool Revised = false);

/// <summary>Mailbox numbers that people have marked; -1 for none.</summary>
/// <param name="Stop">The message whose answer shall end.</param>
/// <param name="Revised">The message that was given a new wording after its turn had begun: the turn begins anew.</param>
public readonly record struct Marks(long Stop, long Revised)
{
    public static readonly Marks None = new(-1, -1);
}

public readonly record struct Renewal(Fence Fence, Marks Marks);

/// <param name="OutboxSequence">The reply that is settled.</param>
/// <param name="Turn">Its turn.</param>
/// <param name="PlatformIds">The platform's ids of the messages that show it, in order; empty where the channel has none.</param>
/// <param name="Unknown">The outcome of a send never became known, and the channel's policy decided; counted for operators.</param>
public sealed record Receipt(long OutboxSequence, string Turn, IReadOnlyList<string> PlatformIds, bool Unknown = false);

/// <summary>Names an answer by its turn or by a platform's message id.</summary>
public readonly record struct AnswerKey(string? Turn, string? PlatformId);

/// <param name="PlatformIds">The platform's ids of the messages that show the answer, in order.</param>
/// <param name="Answer">The named message is the answer's own, and not the question's.</param>
/// <param name="Up">People who liked it.</param>
/// <param name="Down">People who did not.</param>
public sealed record DeliveredAnswer(string Turn, IReadOnlyList<string> PlatformIds, bool Answer, int Up = 0, int Down = 0);

public enum Feedback
{
    Up,
    Down,
}

/// <param name="Body">Null when the stored body could not be read any more: a poison message.</param>
public sealed record Mail(long Sequence, InboundMessage? Body);

public sealed record OutboxEntry(long Sequence, OutboundReply Reply);

/// <param name="Resumed">The lease before this one was not given back: its node died or hung, and what it had shown is void.</param>
/// <param name="Tries">How often the mail at the head has been claimed since the last commit, this time included.</param>
/// <param name="StopSequence">The mailbox number whose answer somebody asked to stop, or -1.</param>
/// <param name="TranscriptTail">The number the next transcript entry gets.</param>
/// <param name="WindowStart">The first transcript entry that models may see (after the last <c>/reset</c>).</param>
/// <param name="InDoubt">The first reply of the outbox was about to be sent when the lease before this one was lost.</param>
/// <param name="Note">What the channel wrote down about it, or null.</param>
/// <param name="Model">The model that was chosen for this conversation, or null.</param>
public sealed record Claim(
    LeaseKey Lease,
    bool Resumed,
    int Tries,
    long StopSequence,
    long TranscriptTail,
    long WindowStart,
    IReadOnlyList<OutboxEntry> Outbox,
    IReadOnlyList<Mail> Mail,
    bool InDoubt = false,
    string? Note = null,
    string? Model = null);

/// <param name="FirstMail">The mailbox number of the first message of the turn; must be the head, else the commit is refused as fenced.</param>
/// <param name="MailCount">How many messages the turn answered.</param>
/// <param name="Entries">Appended to the transcript in this order.</param>
/// <param name="Reply">Goes to the outbox; null for a turn without a visible answer.</param>
/// <param name="Ledger">The turn's context ledger as JSON in UTF-8, kept for the newest turns only.</param>
/// <param name="ResetWindow">The window of later turns starts after this turn's entries.</param>
/// <param name="DeadLetter">A reason, when the turn gave the message up; counted for operators.</param>
/// <param name="Model">The model chosen for the conversation from now on; empty for the usual one, null to leave it as it is.</param>
/// <param name="Usage">What the turn used, on its way to the books; null for a turn that called no model.</param>
public sealed record TurnCommit(
    long FirstMail,
    int MailCount,
    string Turn,
    IReadOnlyList<ChatEntry> Entries,
    OutboundReply? Reply,
    ReadOnlyMemory<byte> Ledger,
    bool ResetWindow = false,
    string? DeadLetter = null,
    string? Model = null,
    Usage.TurnUsage? Usage = null);

/// <param name="Mail">Empty when the conversation was released.</param>
public sealed record NextMail(Fence Fence, long StopSequence, IReadOnlyList<Mail> Mail);

/// <param name="Transcript">The newest committed entries, oldest first.</param>
/// <param name="TranscriptStart">The number of the first of them; 0 when there are none before.</param>
/// <param name="Waiting">Messages in the mailbox, oldest first.</param>
/// <param name="Feed">The live event log, as <see cref="Feed.IConversationFeed"/> keeps it.</param>
/// <param name="Undelivered">How many of the newest answers in the transcript have no receipt yet.</param>
public sealed record ConversationView(
    IReadOnlyList<ChatEntry> Transcript,
    long TranscriptStart,
    IReadOnlyList<Mail> Waiting,
    IReadOnlyList<Feed.FeedBatch> Feed,
    int Undelivered);

/// <param name="Ready">Conversations with work, claimed ones included.</param>
/// <param name="OldestDue">How long the most overdue conversation has waited; zero when none is due.</param>
/// <param name="UnknownSends">Replies whose delivery the platform neither confirmed nor refused, ever.</param>
public sealed record StoreStatus(string Kind, string Version, bool Durable, long Ready, long Due, TimeSpan OldestDue, long DeadLetters, long UnknownSends, TimeSpan RoundTrip);

/// <summary>The store did not answer. The message is safe for operators, not for users.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
