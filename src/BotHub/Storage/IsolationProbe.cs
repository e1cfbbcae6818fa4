using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// Finds out whether scripts run one after the other. Garnet without <c>--lua-transaction-mode</c> lets them overlap, and every
/// promise of the mailbox would be void: in a measurement 7,649 of 20,000 read-then-write increments were lost.
/// </summary>
internal static class IsolationProbe
{
    private const int Writers = 4, Rounds = 12;

    // Reads, looks whether somebody else writes meanwhile, writes. Returns 1 when it saw that, and may lose increments besides. It looks for
    // some milliseconds: on a busy machine shorter scripts may run one after the other by chance, each within its thread's time slice.
    private static readonly StoreScript Increment = new("""
        local n = redis.call('HGET', KEYS[1], 'n') or '0'
        local overlap = 0
        for i = 1, 2000 do
            if (redis.call('HGET', KEYS[1], 'n') or '0') ~= n then overlap = 1 break end
        end
        redis.call('HSET', KEYS[1], 'n', text(tonumber(n) + 1))
        redis.call('PEXPIRE', KEYS[1], '60000')
        return overlap
        """);

    /// <exception cref="StoreStartException">Scripts overlap.</exception>
    public static async Task RunAsync(StoreConnection connection, CancellationToken cancel)
    {
        // A key of its own per run: nodes that start together must not count each other's increments.
        RedisKey[] key = [$"bh:probe:{Guid.NewGuid():N}"];
        // Commands of one connection are served in order, so each writer needs a connection of its own; and all begin together, else the
        // first might be done before the last is connected.
        var writers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => connection.OpenAnotherAsync()));
        bool[] seen;
        try
        {
            seen = await Task.WhenAll(writers.Select(writer => WriteAsync(writer, key, cancel)));
        }
        finally
        {
            foreach (var writer in writers) await writer.DisposeAsync();
        }

        var counted = (int)await connection.CallAsync(database => database.HashGetAsync(key[0], "n"), cancel);
        await connection.CallAsync(database => database.KeyDeleteAsync(key[0]), cancel);
        if (counted != Writers * Rounds || seen.Any(s => s))
            throw new StoreStartException(
                $"The store does not isolate scripts ({counted} of {Writers * Rounds} increments counted): start Garnet with --lua-transaction-mode, or use Redis.");
    }

    private static async Task<bool> WriteAsync(StoreConnection writer, RedisKey[] key, CancellationToken cancel)
    {
        var overlap = false;
        for (var i = 0; i < Rounds; i++) overlap |= (int)await writer.RunAsync(Increment, key, [], cancel) == 1;
        return overlap;
    }
}
