using System.Text.Json.Serialization;

namespace BotHub.Core.Conversations;

/// <summary>Who wrote a message, as the channel knows them.</summary>
/// <param name="Id">The platform's stable user id, unique within the channel.</param>
/// <param name="Name">The display name, when the platform tells one.</param>
/// <param name="Locale">A BCP 47 tag such as <c>de-AT</c>, when the platform tells one.</param>
public sealed record Sender(string Id, string? Name = null, string? Locale = null);

/// <summary>A message as a channel hands it in: verified, normalised, not yet answered. It is what the mailbox stores.</summary>
/// <param name="Id">The platform's event id or the client's idempotency key: the same id is accepted once.</param>
/// <param name="Bot">The bot's configured name within the channel.</param>
/// <param name="At">When the platform says it was sent, or when it arrived.</param>
public sealed record InboundMessage(string Id, ConversationId Conversation, string Bot, Sender Sender, string Text, DateTimeOffset At);

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
public sealed record ChatEntry(
    string Id,
    MessageRole Role,
    string Text,
    DateTimeOffset At,
    MessageState State,
    string Turn,
    bool InContext = true);

/// <summary>A reply on its way out: stored by the commit, removed by the receipt.</summary>
/// <param name="Message">The assistant's transcript entry: final text and state.</param>
/// <param name="Error">A stable error code when the turn failed, else null.</param>
public sealed record OutboundReply(ChatEntry Message, string? Error, ReplyUsage? Usage);

/// <summary>What an answer cost: token counts of the model's own tokenizer, and its wall time.</summary>
public sealed record ReplyUsage(int PromptTokens, int CompletionTokens, long Milliseconds);
