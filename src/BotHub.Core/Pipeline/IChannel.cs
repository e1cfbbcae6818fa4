using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>A way for people to reach the bot, as the pipeline sees it.</summary>
public interface IChannel
{
    /// <summary>The first part of its conversations' ids.</summary>
    string Id { get; }

    /// <summary>Opens the reply side of a conversation for one lease.</summary>
    /// <param name="onStopRequested">Called with the stop mark whenever the surface learns of one.</param>
    /// <param name="resumed">The lease before did not end cleanly: what it had shown is void.</param>
    IReplySurface Open(LeaseKey lease, bool resumed, Action<long> onStopRequested);
}

/// <summary>
/// Shows one conversation's replies on its platform, within its limits. Used by one turn at a time. A surface may throw
/// <see cref="StoreUnavailableException"/>; the turn then ends without delivery and is taken up again after the lease.
/// </summary>
public interface IReplySurface : IAsyncDisposable
{
    /// <summary>True when the surface cannot go on under this lease; the conversation is given back after the turn.</summary>
    bool WantsNewLease => false;

    /// <summary>A turn begins: show that the bot is busy.</summary>
    ValueTask StartAsync(string turn, int mailCount, string messageId, CancellationToken cancel);

    /// <summary>Shows progress or more text. Cosmetic: a surface may gather or drop what the final text will bring anyway.</summary>
    ValueTask ShowAsync(ReplyPart part, CancellationToken cancel);

    /// <summary>
    /// Delivers the committed reply so that repeating it shows nothing twice.
    /// </summary>
    /// <param name="repeated">The turn was committed under an earlier lease; it may have been delivered already.</param>
    /// <returns>The platform's message id for the receipt, when it has one.</returns>
    ValueTask<Delivery> DeliverAsync(OutboxEntry entry, bool repeated, CancellationToken cancel);

    /// <summary>The turn ends without a reply and is begun anew under another lease: takes back what was shown of it.</summary>
    ValueTask AbandonAsync(CancellationToken cancel) => default;
}

public readonly record struct Delivery(Fence Fence, string? PlatformMessageId = null);
