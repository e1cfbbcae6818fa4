namespace BotHub.Core.Delivery;

/// <summary>
/// Chats that were given a new id by their platform, such as a Telegram group that became a supergroup. The conversation keeps the id it
/// began with, and with it its transcript; only calls to the platform go to the new one.
/// </summary>
public interface IChatMoves
{
    /// <summary>Remembers that a chat is now known by another id. Repeating it changes nothing.</summary>
    Task RecordAsync(string bot, string from, string to, CancellationToken cancel);

    /// <summary>Where a chat began and where it is now; both are the chat itself when it never moved. Answered from memory for a while.</summary>
    ValueTask<ChatMove> FindAsync(string bot, string chat, CancellationToken cancel);
}

/// <param name="Origin">The id that the conversation is named after.</param>
/// <param name="Current">The id that the platform takes calls for.</param>
public readonly record struct ChatMove(string Origin, string Current);
