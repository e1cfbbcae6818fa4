using System.Globalization;
using BotHub.Core.Conversations;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Where a conversation lives: <c>telegram:bot:chat</c>, with the topic behind it where the chat has topics and the message belongs to one.
/// Private chats have positive ids, groups and channels negative ones (core.telegram.org/bots/api#chat).
/// </summary>
internal readonly record struct TelegramAddress(long Bot, long Chat, int? Topic)
{
    public bool Group => Chat < 0;

    public ConversationId Conversation => Topic is { } topic
        ? ConversationId.Of(TelegramChannel.ChannelId, Text(Bot), Text(Chat), Text(topic))
        : ConversationId.Of(TelegramChannel.ChannelId, Text(Bot), Text(Chat));

    /// <summary>What the governor knows the chat by: topics share their chat's budget.</summary>
    public string ChatKey => Text(Chat);

    public static bool TryParse(ConversationId conversation, out TelegramAddress address)
    {
        address = default;
        var parts = conversation.Value.Split(':');
        if (parts is not [TelegramChannel.ChannelId, var bot, var chat, ..] || parts.Length > 4) return false;
        int? topic = null;
        if (parts.Length == 4)
        {
            if (!int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var t)) return false;
            topic = t;
        }

        if (!long.TryParse(bot, NumberStyles.None, CultureInfo.InvariantCulture, out var b) || !long.TryParse(chat, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var c)) return false;
        address = new TelegramAddress(b, c, topic);
        return true;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
