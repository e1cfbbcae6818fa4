using BotHub.Core.Pipeline;
using Telegram.Bot.Types;
using Telegram.Bot.Types.Enums;

namespace BotHub.Channels.Telegram;

/// <summary>A message's text without what only addressed it.</summary>
/// <param name="ForMe">The text itself addresses the bot: by its name or by a command.</param>
/// <param name="ForAnother">A command that names another bot.</param>
internal readonly record struct Wording(string Text, bool ForMe, bool ForAnother)
{
    /// <summary>Puts a question where the bot would not be given an ordinary message: in groups with privacy mode on.</summary>
    public const string Ask = "ask";

    public static Wording Of(string text, MessageEntity[]? entities, TelegramBot bot, bool group)
    {
        var (rest, mentioned) = group ? WithoutMention(text, entities ?? [], bot) : (text, false);
        if (rest.Length < 2 || rest[0] != '/') return new Wording(rest, mentioned, false);

        var end = rest.AsSpan().IndexOfAny(" \t\r\n");
        var head = end < 0 ? rest[1..] : rest[1..end];
        var arguments = end < 0 ? "" : rest[end..];
        var at = head.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? head : head[..at];
        if (at >= 0 && !head[(at + 1)..].Equals(bot.Username, StringComparison.OrdinalIgnoreCase)) return new Wording(rest, mentioned, !mentioned);
        var known = CommandStage.Parse($"/{name}") is not null;
        var forMe = mentioned || at >= 0 || known || name.Equals(Ask, StringComparison.OrdinalIgnoreCase);
        if (name.Equals(Ask, StringComparison.OrdinalIgnoreCase)) return new Wording(arguments.Trim() is { Length: > 0 } question ? question : "/help", forMe, false);
        // What follows /start is a link's parameter.
        return new Wording(name.Equals(CommandStage.Start, StringComparison.OrdinalIgnoreCase) ? $"/{CommandStage.Start}" : $"/{name}{arguments}", forMe, false);
    }

    /// <summary>Offsets count UTF-16 units, as strings do (core.telegram.org/bots/api#messageentity).</summary>
    private static (string Text, bool Mentioned) WithoutMention(string text, MessageEntity[] entities, TelegramBot bot)
    {
        var rest = text;
        var mentioned = false;
        foreach (var entity in entities.OrderByDescending(e => e.Offset))
        {
            var (start, end) = ((long)entity.Offset, (long)entity.Offset + entity.Length);
            if (start < 0 || end > rest.Length || end <= start || !Names(entity, rest[(int)start..(int)end], bot)) continue;
            mentioned = true;
            var (before, after) = (rest[..(int)start].TrimEnd(), rest[(int)end..].TrimStart());
            rest = before.Length == 0 ? after.TrimStart(',', ':', ' ') : after.Length == 0 || char.IsPunctuation(after[0]) ? before + after : $"{before} {after}";
        }

        // A mention alone points at what the message replies to.
        return (mentioned && rest.Length == 0 ? text : rest, mentioned);
    }

    private static bool Names(MessageEntity entity, string text, TelegramBot bot) => entity.Type switch
    {
        MessageEntityType.Mention => text.Length > 1 && text.AsSpan(1).Equals(bot.Username, StringComparison.OrdinalIgnoreCase),
        MessageEntityType.TextMention => entity.User?.Id == bot.Id,
        _ => false,
    };
}
