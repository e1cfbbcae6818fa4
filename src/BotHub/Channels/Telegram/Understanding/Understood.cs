using BotHub.Core.Conversations;

namespace BotHub.Channels.Telegram;

/// <param name="Id">A user's; of those who speak for a chat (anonymous administrators, channels) the chat's.</param>
/// <param name="Username">Without the at sign.</param>
internal readonly record struct Speaker(long Id, string? Username);

/// <summary>What an update means to the hub.</summary>
internal abstract record Understood
{
    private Understood() { }

    /// <param name="Button">The press of a button it came by, which wants an answer; else null.</param>
    public sealed record Said(InboundMessage Message, TelegramAddress Where, Speaker Who, string? Button = null) : Understood;

    /// <param name="Opinion">Null takes back an earlier one.</param>
    public sealed record Rated(AnswerKey Answer, Feedback? Opinion, TelegramAddress Where, Speaker Who, string? Button = null) : Understood;

    /// <param name="Who">Null when only somebody who talks with the bot can have done it.</param>
    public sealed record Stop(TelegramAddress Where, Speaker? Who, string? Button = null) : Understood;

    /// <summary>The bot was blocked or put out.</summary>
    public sealed record ChatGone(long Chat, string Reason) : Understood;

    public sealed record ChatBack(long Chat) : Understood;

    /// <summary>A group became a supergroup and has another id for good.</summary>
    public sealed record ChatMoved(long From, long To) : Understood;

    public sealed record Ignored(string Reason, string? Button = null) : Understood;
}
