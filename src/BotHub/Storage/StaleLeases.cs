using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// Ends the leases that a process left behind when it died, so that a restarted hub takes its answers up at once and not after a
/// lease's length. Only right where no other node can hold one.
/// </summary>
internal sealed class StaleLeases(StoreConnection connection, Keys keys)
{
    /// <exception cref="BotHub.Core.Conversations.StoreUnavailableException">The store did not answer.</exception>
    public async Task EndAllAsync(CancellationToken cancel)
    {
        var time = (RedisValue[])(await connection.CallAsync(database => database.ExecuteAsync("TIME"), cancel))!;
        var now = ((double)time[0] * 1000) + Math.Floor((double)time[1] / 1000);
        for (var partition = 0; partition < keys.Partitions; partition++)
        {
            var ready = keys.Ready(partition);
            var members = await connection.CallAsync(database => database.SortedSetRangeByScoreAsync(ready, now), cancel);
            // Who held the lease stays written down, so the next claim knows that it was not given back.
            if (members.Length > 0)
                await connection.CallAsync(database => database.SortedSetAddAsync(ready, [.. members.Select(m => new SortedSetEntry(m, now))], SortedSetWhen.Exists), cancel);
        }

        foreach (var bot in await connection.CallAsync(database => database.SetMembersAsync(Keys.Polls), cancel))
            await connection.CallAsync(database => database.HashSetAsync(Keys.Poll(bot.ToString()), "un", 0), cancel);
    }
}
