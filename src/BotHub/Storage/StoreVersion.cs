using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Reads what kind of server answers, from its <c>INFO</c>.</summary>
internal static class StoreVersion
{
    /// <summary>The version of the protocol it speaks, such as <c>7.2.4</c>; empty when it does not tell.</summary>
    public static async Task<string> ReadAsync(IDatabase database)
    {
        var info = (string?)await database.ExecuteAsync("INFO", "server") ?? "";
        foreach (var line in info.Split('\n', StringSplitOptions.TrimEntries))
            if (line.StartsWith("redis_version:", StringComparison.Ordinal)) return line["redis_version:".Length..];
        return "";
    }
}
