using System.Collections.Concurrent;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Groups that became supergroups and got a new id with that. Kept in memory only: the server tells it again with each call to the old id.
/// </summary>
internal sealed class ChatMoves
{
    private readonly ConcurrentDictionary<(long Bot, long Chat), long> _moves = new();

    /// <summary>The chat's id as of now.</summary>
    public long Current(long bot, long chat)
    {
        // More than one step in a row does not happen; a circle must not hang.
        for (var steps = 0; steps < 3 && !_moves.IsEmpty && _moves.TryGetValue((bot, chat), out var next); steps++) chat = next;
        return chat;
    }

    public void Remember(long bot, long from, long to) => _moves[(bot, from)] = to;
}
