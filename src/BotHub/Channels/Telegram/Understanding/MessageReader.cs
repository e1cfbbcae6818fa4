using System.Globalization;
using BotHub.Core.Conversations;
using Telegram.Bot.Types;
using Telegram.Bot.Types.Enums;
using static BotHub.Channels.Telegram.Understood;

namespace BotHub.Channels.Telegram;

/// <summary>Understands messages (core.telegram.org/bots/api#message): whose they are, whether they are meant for the bot, what belongs to them.</summary>
internal static class MessageReader
{
    public static Understood Read(int update, Message message, TelegramBot bot, DateTimeOffset now, bool edited)
    {
        if (message.MigrateToChatId is { } to) return new ChatMoved(message.Chat.Id, to);
        if (message.MigrateFromChatId is { } from) return new ChatMoved(from, message.Chat.Id);
        if (message.Chat.Type == ChatType.Channel || message.Chat.IsDirectMessages || message.IsAutomaticForward) return new Ignored("a channel's post");
        if (SpeakerOf(message) is not { } who) return new Ignored("written by a bot, or by nobody");
        // A location that is shared live is edited every few seconds.
        if (edited && message.Location is not null) return new Ignored("a location that moves");

        var files = MessageFiles.Of(message);
        var wording = Wording.Of(message.Text ?? message.Caption ?? "", message.Text is null ? message.CaptionEntities : message.Entities, bot, Group(message));
        if (wording.Text.Length == 0 && files.Count == 0) return new Ignored("nothing that could be answered");
        if (wording.ForAnother) return new Ignored("a command for another bot");
        if (Group(message) && !wording.ForMe && !RepliesTo(message, bot)) return new Ignored("a group's talk that does not address the bot");

        var where = AddressOf(message, bot);
        var number = message.Id.ToString(CultureInfo.InvariantCulture);
        var sender = message.SenderChat is { } chat ? new Sender(Text(chat.Id), NameOf(chat)) : SenderOf(message.From!);
        return new Said(
            new InboundMessage(UpdateReader.EventId(update), where.Conversation, bot.Title, sender, wording.Text, At((edited ? message.EditDate : null) ?? message.Date, now))
            {
                PlatformId = number,
                Revises = edited ? number : null,
                Quote = QuoteOf(message, bot),
                ForwardedFrom = NameOf(message.ForwardOrigin),
                Group = where.Group,
                Attachments = files.Count == 0 ? null : files,
            },
            where,
            who);
    }

    /// <summary>
    /// A topic only where the message says that it is in one: in other chats the thread is that of a reply
    /// (tdlib/telegram-bot-api#447).
    /// </summary>
    public static TelegramAddress AddressOf(Message message, TelegramBot bot)
    {
        var topic = message.IsTopicMessage || (message.Chat.Id > 0 && bot.HasTopics) ? UpdateReader.Topic(message.MessageThreadId) : null;
        return new TelegramAddress(bot.Id, message.Chat.Id, topic);
    }

    public static Sender SenderOf(User user) => new(Text(user.Id), NameOf(user), user.LanguageCode);

    private static bool Group(Message message) => message.Chat.Id < 0;

    /// <summary>Administrators may write in their group's name, and people in that of a channel: those count as that chat.</summary>
    private static Speaker? SpeakerOf(Message message)
    {
        if (message.SenderChat is { } chat) return new Speaker(chat.Id, chat.Username);
        return message.From is { IsBot: false } user ? new Speaker(user.Id, user.Username) : null;
    }

    private static bool RepliesTo(Message message, TelegramBot bot) => Answered(message)?.From?.Id == bot.Id;

    /// <summary>In a topic every message without a reply of its own replies to the topic's beginning.</summary>
    private static Message? Answered(Message message) => message.ReplyToMessage is { ForumTopicCreated: null } answered ? answered : null;

    private static Quotation? QuoteOf(Message message, TelegramBot bot)
    {
        if (Answered(message) is not { } answered)
            return message is { Quote: { } elsewhere, ExternalReply: { } external } ? new Quotation(NameOf(external.Origin), elsewhere.Text) : null;
        var text = message.Quote?.Text ?? answered.Text ?? answered.Caption ?? (MessageFiles.Of(answered) is [var file, ..] ? $"({file.What})" : null);
        if (string.IsNullOrWhiteSpace(text)) return null;
        var author = answered.From?.Id == bot.Id ? bot.Title : answered.SenderChat is { } chat ? NameOf(chat) : answered.From is { } user ? NameOf(user) : null;
        return new Quotation(author, text);
    }

    private static string? NameOf(MessageOrigin? origin) => origin switch
    {
        MessageOriginUser { SenderUser: { } user } => NameOf(user),
        MessageOriginHiddenUser hidden => hidden.SenderUserName,
        MessageOriginChat { SenderChat: { } chat } => NameOf(chat),
        MessageOriginChannel { Chat: { } chat } => NameOf(chat),
        null => null,
        _ => "somebody",
    };

    private static string? NameOf(User user) => Name(user.FirstName, user.LastName) ?? user.Username;

    private static string? NameOf(Chat chat) => chat.Title ?? Name(chat.FirstName, chat.LastName) ?? chat.Username;

    private static string? Name(string? first, string? last)
    {
        var name = $"{first} {last}".Trim();
        return name.Length == 0 ? null : name;
    }

    private static DateTimeOffset At(DateTime time, DateTimeOffset now) => time.Year < 2000 ? now : new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
