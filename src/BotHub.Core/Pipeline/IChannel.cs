using BotHub.Core.Conversations;
using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>A way for people to reach the bot, as the pipeline sees it.</summary>
public interface IChannel
{
    /// <summary>The first part of its conversations' ids.</summary>
    string Id { get; }

    /// <summary>Whether the conversation's bot is configured. Mail of one that is not waits until it is configured again.</summary>
    bool Serves(ConversationId conversation) => true;

    /// <summary>Who answers in this conversation.</summary>
    BotChoice ChoiceFor(ConversationId conversation) => BotChoice.Default;

    /// <summary>Every choice that is configured, with its section: checked against models and prompts when the host starts.</summary>
    IEnumerable<(string Section, BotChoice Choice)> Choices => [];

    /// <summary>Whether the sender may decide for everybody in the conversation, such as which model answers. Where people are alone with the bot they may.</summary>
    ValueTask<bool> MayDecideAsync(InboundMessage message) => new(!message.Group);

    /// <summary>Opens the reply side of a conversation for one lease.</summary>
    IReplySurface Open(ReplyLease lease);

    /// <summary>Opens a file that came with a message, within the platform's limits. The caller disposes it.</summary>
    /// <exception cref="AttachmentException">It cannot be had; the text is meant for the user.</exception>
    Task<Stream> OpenAttachmentAsync(ConversationId conversation, Attachment attachment, CancellationToken cancel) =>
        throw new AttachmentException("This channel does not take files.");

    /// <summary>What operators see of the channel's bots; null where it has none of its own. It answers within seconds and never throws.</summary>
    Task<ChannelReport?> ReportAsync() => Task.FromResult<ChannelReport?>(null);
}

/// <param name="Persona">The persona's id; null is the default one.</param>
/// <param name="Model">The model's name; null is the persona's.</param>
/// <param name="Data">Who may be told what people write there.</param>
public sealed record BotChoice(string? Persona, string? Model, DataClass Data = DataClass.Open)
{
    public static readonly BotChoice Default = new(null, null);

    /// <summary>Whose books what is used here goes into.</summary>
    public string Tenant { get; init; } = Usage.Payer.DefaultTenant;

    /// <summary>The models that people may choose with <c>/model</c>. Empty: none.</summary>
    public IReadOnlyList<string> Offered { get; init; } = [];
}

/// <summary>A file could not be had. The text is meant for the user.</summary>
public sealed class AttachmentException(string text, Exception? inner = null) : Exception(text, inner);

/// <summary>
/// Shows one conversation's replies on its platform, within its limits. Used by one turn at a time. A surface may throw
/// <see cref="StoreUnavailableException"/>; the turn then ends without delivery and is taken up again after the lease.
/// </summary>
public interface IReplySurface : IAsyncDisposable
{
    /// <summary>True when the surface cannot go on under this lease; the conversation is given back after the turn.</summary>
    bool WantsNewLease => false;

    /// <summary>A turn begins: show that the bot is busy.</summary>
    ValueTask StartAsync(Turn turn);

    /// <summary>Shows progress or more text. Cosmetic: a surface may gather or drop what the final text will bring anyway.</summary>
    ValueTask ShowAsync(ReplyPart part);

    /// <summary>Delivers the committed reply so that repeating it shows nothing twice, or as seldom as the platform allows.</summary>
    ValueTask<Delivery> DeliverAsync(OutboxEntry entry, DeliveryState state);

    /// <summary>The turn ends without a reply and is begun anew: takes back what was shown of it.</summary>
    ValueTask AbandonAsync() => default;
}

/// <summary>What is known of a committed reply before it is delivered.</summary>
public enum DeliveryState
{
    /// <summary>Committed just now by the turn that was shown on this surface.</summary>
    Fresh,
    /// <summary>Committed under an earlier lease, which gave it back unsent; <see cref="ReplyLease.Note"/> tells how far it had got.</summary>
    Postponed,
    /// <summary>Committed under an earlier lease that was lost while the reply, or its next part, was about to be sent.</summary>
    InDoubt,
}

/// <param name="PlatformIds">The platform's ids of the messages that show the reply, in order.</param>
/// <param name="Unknown">The outcome of a send never became known; the channel's policy decided.</param>
/// <param name="Later">The reply is not delivered yet: the platform wants to be left alone for so long. It stays in the outbox.</param>
public readonly record struct Delivery(Fence Fence, IReadOnlyList<string> PlatformIds, bool Unknown = false, TimeSpan? Later = null)
{
    public static readonly Delivery Lost = new(Fence.Lost, []);
    public static readonly Delivery Done = new(Fence.Held, []);

    public static Delivery Postponed(TimeSpan wait) => new(Fence.Held, [], Later: wait);
}
