using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Web;

// The bodies of the web channel's contract. Names are fixed: other programs are written against them.

public sealed record CreateConversation(string? Locale = null, string? Bot = null);

public sealed record BotInfo(string Name, string Model, string? Notice)
{
    public static BotInfo Of(WebOptions options, BotProfile profile)
    {
        var (model, notice) = profile.Of(options.Choice);
        return new BotInfo(options.BotName, model, notice);
    }
}

public sealed record ConversationCreated(string Conversation, string Token, DateTimeOffset ExpiresAt, BotInfo Bot);

public sealed record PostMessage(string? Id = null, string? Text = null);

/// <param name="Position">Messages of this conversation to be answered first; 0 is next.</param>
public sealed record MessageAccepted(string Message, int Position);

public sealed record WireMessage(string Id, MessageRole Role, string Text, DateTimeOffset At, MessageState State, string? Turn)
{
    public static WireMessage Of(ChatEntry e) => new(e.Id, e.Role, e.Text, e.At, e.State, e.Turn);
}

/// <param name="More">There are older messages.</param>
/// <param name="Bot">Who answers now: it may have changed since the conversation began.</param>
public sealed record MessagePage(IReadOnlyList<WireMessage> Messages, bool More, BotInfo Bot);

/// <summary>One event of the stream; the names and fields are AG-UI's (docs.ag-ui.com, concepts/events).</summary>
public sealed record WireEvent(string Type)
{
    public string? ThreadId { get; init; }
    public string? RunId { get; init; }
    public string? MessageId { get; init; }
    public string? Role { get; init; }
    public string? Delta { get; init; }
    public MessageState? State { get; init; }
    public string? Message { get; init; }
    public string? Code { get; init; }
    public string? Name { get; init; }
    public JsonElement? Value { get; init; }
    public IReadOnlyList<WireMessage>? Messages { get; init; }

    /// <summary>The event as clients see it, or null for one that only nodes need.</summary>
    public static WireEvent? Of(FeedEvent e, string thread) => e switch
    {
        RunStarted x => new("RUN_STARTED") { ThreadId = thread, RunId = x.Turn },
        TextStarted x => new("TEXT_MESSAGE_START") { MessageId = x.MessageId, Role = "assistant" },
        TextAdded x => new("TEXT_MESSAGE_CONTENT") { MessageId = x.MessageId, Delta = x.Delta },
        TextEnded x => new("TEXT_MESSAGE_END") { MessageId = x.MessageId, State = x.State },
        RunFinished x => new("RUN_FINISHED") { ThreadId = thread, RunId = x.Turn },
        RunFailed x => new("RUN_ERROR") { RunId = x.Turn, Message = x.Message, Code = x.Code },
        CustomEvent x => new("CUSTOM") { Name = x.Name, Value = x.Value },
        _ => null,
    };

    public static WireEvent Snapshot(IReadOnlyList<WireMessage> messages) => new("MESSAGES_SNAPSHOT") { Messages = messages };
}

internal sealed record QueueValue(int Position, int? Seconds);

internal sealed record NoticeValue(string Text);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(TokenPayload))]
[JsonSerializable(typeof(CreateConversation))]
[JsonSerializable(typeof(PostMessage))]
[JsonSerializable(typeof(QueueValue))]
[JsonSerializable(typeof(NoticeValue))]
[JsonSerializable(typeof(ReplyUsage))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>For event streams: text stays readable instead of escaped; an SSE line is never put into HTML.</summary>
    public static WireJson Stream { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
