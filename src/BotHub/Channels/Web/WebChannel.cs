using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>The web chat: replies go to the conversation's live feed, which every open event stream follows.</summary>
public sealed class WebChannel(IConversationFeed feed, IOptions<WebOptions> options, TimeProvider clock) : IChannel
{
    public const string ChannelId = "web";

    /// <summary>The one bot that visitors can ask for until there are more.</summary>
    public const string DefaultBot = "default";

    public string Id => ChannelId;

    public IReplySurface Open(LeaseKey lease, bool resumed, Action<long> onStopRequested) =>
        new WebReplySurface(lease, resumed, onStopRequested, feed, options.Value.FlushInterval, clock);
}
