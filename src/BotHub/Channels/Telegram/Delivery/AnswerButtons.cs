using Telegram.Bot.Types.ReplyMarkups;

namespace BotHub.Channels.Telegram;

/// <summary>
/// The buttons below an answer and what a press of them says. Telegram takes 1 to 64 bytes for that
/// (core.telegram.org/bots/api#inlinekeyboardbutton); a turn's name is <c>t</c> and a number.
/// </summary>
internal static class AnswerButtons
{
    public const string Up = "fb:+:", Down = "fb:-:", Again = "re:", Stop = "stop";

    /// <summary>Below an answer that is being written.</summary>
    public static readonly InlineKeyboardMarkup Writing = new(InlineKeyboardButton.WithCallbackData(AnswerTexts.Stop, Stop));

    /// <summary>Below a finished answer.</summary>
    public static InlineKeyboardMarkup Of(string turn) => new(
        InlineKeyboardButton.WithCallbackData(AnswerTexts.Good, Up + turn),
        InlineKeyboardButton.WithCallbackData(AnswerTexts.Bad, Down + turn),
        InlineKeyboardButton.WithCallbackData(AnswerTexts.Again, Again + turn));
}
