using BotHub.Core.Conversations;

namespace BotHub.Core.Delivery;

/// <summary>
/// One poller per bot token among all replicas, fenced by an epoch, with the offset it has reached. Every member may throw
/// <see cref="StoreUnavailableException"/>; an acquisition that ends so may have happened: it runs out by itself.
/// </summary>
public interface IPollLeases
{
    /// <summary>Dead letters kept per bot; the count goes on.</summary>
    const int DeadLettersHeld = 100;

    /// <summary>The longest body of a dead letter, in UTF-8 bytes; what is longer is cut.</summary>
    const int DeadLetterBytes = 64 * 1024;

    /// <summary>Null while anyone holds the lease, <paramref name="owner"/> included. Returns once the epoch is durable.</summary>
    /// <param name="bot">As <c>channel:id</c>; never a secret, and without braces.</param>
    /// <param name="owner">For operators; not empty.</param>
    Task<PollLease?> TryAcquireAsync(string bot, string owner, TimeSpan lease, CancellationToken cancel);

    /// <summary>Extends the lease from now on. <see cref="Fence.Lost"/>: another polls; end the running poll at once.</summary>
    Task<Fence> RenewAsync(PollLease lease, TimeSpan duration, CancellationToken cancel);

    /// <summary>
    /// Stores the offset and renews. Returns once durable. The offset may go down: a platform may start its count anew.
    /// With <see cref="Fence.Lost"/> nothing is stored.
    /// </summary>
    /// <param name="offset">The next update to ask the platform for: all below are safe elsewhere.</param>
    Task<Fence> AdvanceAsync(PollLease lease, long offset, TimeSpan duration, CancellationToken cancel);

    /// <summary>Gives the lease back, so that another may acquire it at once. Does nothing when it is lost already.</summary>
    Task ReleaseAsync(PollLease lease, CancellationToken cancel);

    /// <summary>
    /// Puts an update aside that nobody can read. Returns once durable. The same update twice in a row is one letter.
    /// </summary>
    /// <param name="updateId">The platform's id of the update, or what is known of it.</param>
    /// <param name="reason">For operators.</param>
    Task DeadLetterAsync(string bot, string updateId, string reason, string body, CancellationToken cancel);

    /// <summary>The newest dead letters, newest first.</summary>
    Task<IReadOnlyList<PollDeadLetter>> ReadDeadLettersAsync(string bot, int count, CancellationToken cancel);

    Task<PollStatus> ReadStatusAsync(string bot, CancellationToken cancel);
}

/// <summary>Proves who polls: what carries an older epoch is refused.</summary>
/// <param name="Offset">What the last <see cref="IPollLeases.AdvanceAsync"/> of any holder stored; 0 before the first.</param>
public sealed record PollLease(string Bot, long Epoch, string Owner, long Offset);

/// <param name="At">When it was put aside, by the store's clock.</param>
public sealed record PollDeadLetter(DateTimeOffset At, string UpdateId, string Reason, string Body);

/// <param name="Owner">Null when nobody holds the lease.</param>
/// <param name="Remaining">What is left of the lease; zero without one.</param>
/// <param name="DeadLetters">Ever counted.</param>
/// <param name="Advanced">When the offset was last stored, by the store's clock; null before the first time.</param>
public sealed record PollStatus(string? Owner, TimeSpan Remaining, long Offset, long DeadLetters, DateTimeOffset? Advanced);
