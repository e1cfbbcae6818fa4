using System.Text;
using BotHub.Core.Conversations;

namespace BotHub.Tests.Storage;

/// <summary>Messages and turns as small as they may be.</summary>
internal static class Samples
{
    public static InboundMessage Message(ConversationId conversation, string id, string text = "hello") =>
        new(id, conversation, "bot", new Sender("u1", "Ann", "de-AT"), text, DateTimeOffset.UnixEpoch);

    public static ChatEntry Entry(string id, MessageRole role = MessageRole.User, string text = "hello", string turn = "t0") =>
        new(id, role, text, DateTimeOffset.UnixEpoch, MessageState.Done, turn);

    public static TurnCommit Turn(long first, int count = 1, bool reply = true, string? ledger = null) => new(
        first, count, $"t{first}", [Entry($"u{first}", turn: $"t{first}"), Entry($"a{first}", MessageRole.Assistant, "hi", $"t{first}")],
        reply ? new OutboundReply(Entry($"a{first}", MessageRole.Assistant, "hi", $"t{first}"), null, new ReplyUsage(3, 4, 5)) : null, Encoding.UTF8.GetBytes(ledger ?? ""));
}
