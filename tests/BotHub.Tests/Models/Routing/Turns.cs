using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Tests.Models.Routing;

/// <summary>Turns without a hub.</summary>
internal static class Turns
{
    private static readonly ConversationId _conversation = ConversationId.Of("test", "bot", "c1");

    public static Turn Of(string text)
    {
        var message = new InboundMessage("m1", _conversation, "bot", new Sender("u1"), text, DateTimeOffset.UnixEpoch);
        var claim = new Claim(new LeaseKey(_conversation, 1, "node"), Resumed: false, 1, -1, 0, 0, [], [new Mail(0, message)]);
        return new Turn(claim, claim.Mail, 1, 0, 0, new TurnLifetime(TimeSpan.FromMinutes(5), TimeProvider.System), new NoChannel(), null!, DateTimeOffset.UnixEpoch);
    }

    private sealed class NoChannel : IChannel
    {
        public string Id => "test";

        public IReplySurface Open(ReplyLease lease) => throw new NotSupportedException();
    }
}
