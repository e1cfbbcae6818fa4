using System.Globalization;

namespace BotHub.Channels.Telegram;

/// <summary>What the room itself says to people.</summary>
internal static class TelegramTexts
{
    public static string NotOpen(long user) => string.Create(CultureInfo.InvariantCulture,
        $"Sorry, I may not talk with everybody, and you are not on my list. Whoever runs me can add you: your id is {user}.");

    public const string Full = "You are faster than I am: I could not take this message, as too many of yours are still unanswered. Please wait for my answers and send it again.";
    public const string Thanks = "Thank you!";
    public const string FeedbackTooOld = "This answer is too old for that.";
    public const string Again = "I am trying again.";
    public const string Stopping = "I am stopping.";
    public const string NothingToStop = "No answer is being written.";
    public const string OldButton = "This button no longer works.";
    public const string NotForYou = "Sorry, I may not talk with everybody.";

    /// <summary>The description of a group's command that puts a question; people see it in the menu.</summary>
    public const string Ask = "ask me something";
}
