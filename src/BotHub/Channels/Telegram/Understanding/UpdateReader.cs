using System.Globalization;
using BotHub.Core.Conversations;
using Telegram.Bot.Types;
using Telegram.Bot.Types.Enums;
using static BotHub.Channels.Telegram.Understood;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Understands updates: a function of the update alone (core.telegram.org/bots/api#update). It throws whatever it meets in an update whose
/// required fields are missing; who calls it puts that update aside.
/// </summary>
internal static class UpdateReader
{
    /// <summary>What the hub asks for. Reactions come only when asked for by name.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "stopped_message_generation"];

    /// <summary>The same as the library names them.</summary>
    public static readonly IReadOnlyList<UpdateType> KindsAsTypes = [UpdateType.Message, UpdateType.EditedMessage, UpdateType.CallbackQuery, UpdateType.MessageReaction, UpdateType.MyChatMember, UpdateType.StoppedMessageGeneration];

    /// <param name="now">For events that carry no time.</param>
    public static Understood Read(Update update, TelegramBot bot, DateTimeOffset now) => update switch
    {
        { Message: { } message } => MessageReader.Read(update.Id, message, bot, now, edited: false),
        { EditedMessage: { } message } => MessageReader.Read(update.Id, message, bot, now, edited: true),
        { CallbackQuery: { } press } => OfPress(update.Id, press, bot, now),
        { MessageReaction: { } reaction } => OfReaction(reaction, bot),
        { MyChatMember: { } member } => OfMembership(member),
        { StoppedMessageGeneration: { } stop } => new Stop(new TelegramAddress(bot.Id, stop.Chat.Id, Topic(stop.MessageThreadId)), null),
        _ => new Ignored("a kind of update that was not asked for"),
    };

    /// <summary>Updates of the same number must be taken one after the other.</summary>
    public static long ChatOf(Update update) =>
        (update.Message ?? update.EditedMessage ?? update.CallbackQuery?.Message)?.Chat?.Id
        ?? update.MessageReaction?.Chat?.Id ?? update.MyChatMember?.Chat?.Id ?? update.StoppedMessageGeneration?.Chat?.Id ?? 0;

    public static string EventId(int update) => string.Create(CultureInfo.InvariantCulture, $"u{update}");

    /// <summary>A forum's General is no topic to send to, though some messages in it carry its number.</summary>
    public static int? Topic(int? thread) => thread is > 1 ? thread : null;

    private static Understood OfPress(int update, CallbackQuery press, TelegramBot bot, DateTimeOffset now)
    {
        if (press.Message is not { } message || press.Data is not { } data) return new Ignored("a button of somebody else's message", press.Id);
        var where = MessageReader.AddressOf(message, bot);
        var who = new Speaker(press.From.Id, press.From.Username);
        if (data == "stop") return new Stop(where, who, press.Id);
        return data.Split(':') switch
        {
            ["fb", "+", var turn] when IsTurn(turn) => new Rated(new AnswerKey(turn, null), Feedback.Up, where, who, press.Id),
            ["fb", "-", var turn] when IsTurn(turn) => new Rated(new AnswerKey(turn, null), Feedback.Down, where, who, press.Id),
            ["re", var turn] when IsTurn(turn) => new Said(
                new InboundMessage(EventId(update), where.Conversation, bot.Title, MessageReader.SenderOf(press.From), "", now) { Regenerates = turn, Group = where.Group }, where, who, press.Id),
            _ => new Ignored("an unknown button", press.Id),
        };
    }

    private static Understood OfReaction(MessageReactionUpdated reaction, TelegramBot bot)
    {
        if (reaction.User is not { IsBot: false } user) return new Ignored("an anonymous reaction, or a bot's");
        var (before, after) = (Opinion(reaction.OldReaction), Opinion(reaction.NewReaction));
        if (before == after) return new Ignored("a reaction that is no thumb");
        var key = new AnswerKey(null, reaction.MessageId.ToString(CultureInfo.InvariantCulture));
        return new Rated(key, after, new TelegramAddress(bot.Id, reaction.Chat.Id, null), new Speaker(user.Id, user.Username));
    }

    private static Feedback? Opinion(ReactionType[]? reactions)
    {
        foreach (var reaction in reactions ?? [])
        {
            if (reaction is not ReactionTypeEmoji emoji) continue;
            if (emoji.Emoji == "👍") return Feedback.Up;
            if (emoji.Emoji == "👎") return Feedback.Down;
        }

        return null;
    }

    private static Understood OfMembership(ChatMemberUpdated change) => change.NewChatMember.Status switch
    {
        ChatMemberStatus.Kicked => new ChatGone(change.Chat.Id, change.Chat.Id > 0 ? "the bot was blocked" : "the bot was put out"),
        ChatMemberStatus.Left => new ChatGone(change.Chat.Id, "the bot left"),
        ChatMemberStatus.Member or ChatMemberStatus.Administrator or ChatMemberStatus.Creator or ChatMemberStatus.Restricted => new ChatBack(change.Chat.Id),
        _ => new Ignored("an unknown membership"),
    };

    private static bool IsTurn(string turn) => turn.Length is > 1 and <= 20 && turn[0] == 't' && turn.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
}
