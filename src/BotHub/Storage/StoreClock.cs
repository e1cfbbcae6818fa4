using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The one clock of all nodes.</summary>
internal static class StoreClock
{
    /// <exception cref="BotHub.Core.Conversations.StoreUnavailableException">The store did not answer.</exception>
    public static async Task<DateTimeOffset> ReadAsync(StoreConnection connection, CancellationToken cancel)
    {
        var time = (RedisValue[])(await connection.CallAsync(database => database.ExecuteAsync("TIME"), cancel))!;
        return DateTimeOffset.FromUnixTimeMilliseconds(((long)time[0] * 1000) + ((long)time[1] / 1000));
    }
}
