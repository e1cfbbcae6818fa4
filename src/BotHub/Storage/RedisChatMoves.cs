using BotHub.Core.Delivery;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.Caching.Memory;

namespace BotHub.Storage;

/// <summary>One hash per bot. Chats move once in their life, so what was read holds for a minute; the node that hears of a move knows it at once.</summary>
internal sealed class RedisChatMoves(StoreConnection connection, IStoreServer server) : IChatMoves, IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    public async Task RecordAsync(string bot, string from, string to, CancellationToken cancel)
    {
        await connection.RepeatAsync(ChatMoveScript.Record, [Keys.Moves(bot)], [from, to], cancel);
        await server.DurableAsync();
        _known.Remove((bot, from));
        _known.Remove((bot, to));
    }

    public ValueTask<ChatMove> FindAsync(string bot, string chat, CancellationToken cancel) =>
        _known.TryGetValue((bot, chat), out ChatMove move) ? ValueTask.FromResult(move) : new ValueTask<ChatMove>(ReadAsync(bot, chat, cancel));

    private async Task<ChatMove> ReadAsync(string bot, string chat, CancellationToken cancel)
    {
        var f = (string[])(await connection.RepeatAsync(ChatMoveScript.Find, [Keys.Moves(bot)], [chat], cancel))!;
        var move = new ChatMove(f[0], f[1]);
        _known.Set((bot, chat), move, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });
        return move;
    }

    public void Dispose() => _known.Dispose();
}
