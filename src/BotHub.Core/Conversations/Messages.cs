using System.Text.Json.Serialization;

namespace BotHub.Core.Conversations;

/// <summary>Who wrote a message, as the channel knows them.</summary>
/// <param name="Id">The platform's stable user id, unique within the channel.</param>
/// <param name="Name">The display name, when the platform tells one.</param>
/// <param name="Locale">A BCP 47 tag such as <c>de-AT</c>, when the platform tells one.</param>
public sealed record Sender(string Id, string? Name = null, string? Locale = null);

/// <summary>What a message answers to: the words the sender pointed at.</summary>
/// <param name="Author">Who wrote them, as the channel names people; null when unknown.</param>
public sealed record Quotation(string? Author, string Text);

[JsonConverter(typeof(JsonStringEnumConverter<AttachmentKind>))]
public enum AttachmentKind
{
    [JsonStringEnumMemberName("file")] File,
    [JsonStringEnumMemberName("picture")] Picture,
    [JsonStringEnumMemberName("audio")] Audio,
    [JsonStringEnumMemberName("video")] Video,
    [JsonStringEnumMemberName("other")] Other,
}

/// <summary>A file that came with a message. Its bytes stay at the platform until a stage asks the channel for them.</summary>
/// <param name="What">What people call it, in plain words: "voice message", "sticker", "photo".</param>
/// <param name="Reference">What the channel fetches it by.</param>
/// <param name="Bytes">Its size when the platform tells it.</param>
public sealed record Attachment(AttachmentKind Kind, string What, string Reference, string? Name = null, string? MediaType = null, long? Bytes = null);

/// <summary>A message as a channel hands it in: verified, normalised, not yet answered. It is what the mailbox stores.</summary>
/// <param name="Id">The platform's event id or the client's idempotency key: the same id is accepted once.</param>
/// <param name="Bot">The bot's configured name within the channel.</param>
/// <param name="At">When the platform says it was sent, or when it arrived.</param>
public sealed record InboundMessage(string Id, ConversationId Conversation, string Bot, Sender Sender, string Text, DateTimeOffset At)
{
    /// <summary>The platform's id of the message, where later events (edits, reactions) name it by that.</summary>
    public string? PlatformId { get; init; }

    /// <summary>
    /// The <see cref="PlatformId"/> of an earlier message that this is the new wording of. Not yet answered, it takes its place;
    /// answered, it is answered anew in the old answer's place.
    /// </summary>
    public string? Revises { get; init; }

    /// <summary>The turn whose answer is wanted once more; the text is empty then.</summary>
    public string? Regenerates { get; init; }

    public Quotation? Quote { get; init; }

    /// <summary>Whom a forwarded message is from, as the channel names people.</summary>
    public string? ForwardedFrom { get; init; }

    /// <summary>Several people speak in this conversation, so models are told who says what.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Group { get; init; }

    public IReadOnlyList<Attachment>? Attachments { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<MessageRole>))]
public enum MessageRole
{
    [JsonStringEnumMemberName("user")] User,
    [JsonStringEnumMemberName("assistant")] Assistant,
}

/// <summary>Where a message stands. <see cref="Queued"/> and <see cref="Answering"/> are never stored in a transcript.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MessageState>))]
public enum MessageState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("answering")] Answering,
    [JsonStringEnumMemberName("done")] Done,
    [JsonStringEnumMemberName("stopped")] Stopped,
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>One entry of a conversation's append-only transcript, and of what <c>GET …/messages</c> returns.</summary>
/// <param name="Turn">The turn that answered it: <c>t</c> and the mailbox number of the turn's first message, so a repeated turn has the same id.</param>
/// <param name="InContext">False for what models never see: commands and their answers, error texts.</param>
/// <param name="Prompt">The text as models see it, where that is more than <paramref name="Text"/>: speaker, quotation, files.</param>
/// <param name="Supersedes">The turn that this entry's turn answers anew; models no longer see that one.</param>
public sealed record ChatEntry(
    string Id,
    MessageRole Role,
    string Text,
    DateTimeOffset At,
    MessageState State,
    string Turn,
    bool InContext = true,
    string? Prompt = null,
    string? Supersedes = null)
{
    private Known _known;

    /// <summary>The tokens that <paramref name="meter"/> counted for this entry before; null when it has not, or not last.</summary>
    internal int? TokensBy(object meter) => _known.Count is { } count && ReferenceEquals(count.Meter, meter) && ReferenceEquals(count.Text, Prompt ?? Text) ? count.Tokens : null;

    internal int Remember(object meter, int tokens)
    {
        _known = new Known(new Counted(meter, Prompt ?? Text, tokens));
        return tokens;
    }

    /// <param name="Text">What was counted: a copy with another text must not believe it.</param>
    private sealed record Counted(object Meter, string Text, int Tokens);

    /// <summary>What was found out about an entry is no part of its value: entries are compared without it.</summary>
    private readonly struct Known(Counted? count) : IEquatable<Known>
    {
        public Counted? Count => count;

        public bool Equals(Known other) => true;

        public override bool Equals(object? obj) => obj is Known;

        public override int GetHashCode() => 0;
    }
}

/// <summary>A reply on its way out: stored by the commit, removed by the receipt.</summary>
/// <param name="Message">The assistant's transcript entry: final text and state.</param>
/// <param name="Error">A stable error code when the turn failed, else null.</param>
public sealed record OutboundReply(ChatEntry Message, string? Error, ReplyUsage? Usage);

/// <summary>What an answer cost: token counts of the model's own tokenizer, and its wall time.</summary>
public sealed record ReplyUsage(int PromptTokens, int CompletionTokens, long Milliseconds);
