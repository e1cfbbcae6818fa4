using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>The web chat: replies go to the conversation's live feed, which every open event stream follows.</summary>
public sealed class WebChannel(IConversationFeed feed, BotProfile bot, IOptions<WebOptions> options, TimeProvider clock) : IChannel
{
    public const string ChannelId = "web";

    /// <summary>The one bot that visitors can ask for until there are more.</summary>
    public const string DefaultBot = "default";

    public string Id => ChannelId;

    public BotChoice ChoiceFor(ConversationId conversation) => options.Value.Choice;

    public IEnumerable<(string Section, BotChoice Choice)> Choices => [(WebOptions.Section, options.Value.Choice)];

    public IReplySurface Open(ReplyLease lease) => new WebReplySurface(lease, feed, bot.Of(options.Value.Choice).Notice, options.Value.FlushInterval, clock);
}
