using System.Globalization;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>What must be true of a store before anything is written to it.</summary>
internal sealed class StoreCheck(StoreConnection connection, Keys keys)
{
    private const int LeastVersion = 7, Schema = 5;

    /// <exception cref="StoreStartException">The store is of the wrong kind, not isolated, or divided otherwise.</exception>
    /// <exception cref="BotHub.Core.Conversations.StoreUnavailableException">It did not answer.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var version = await connection.CallAsync(StoreVersion.ReadAsync, cancel);
        if (!int.TryParse(version.Split('.')[0], CultureInfo.InvariantCulture, out var major) || major < LeastVersion)
            throw new StoreStartException($"ConnectionStrings:Redis leads to version '{version}': use Redis {LeastVersion} or newer, Valkey, or Garnet.");
        await IsolationProbe.RunAsync(connection, cancel);
        await AgreeAsync(
            "partitions",
            keys.Partitions,
            theirs => $"Storage:Partitions is {keys.Partitions}, but this store was set up with {theirs}: set it to {theirs}, or start with an empty store. Conversations would not be found again otherwise.",
            cancel);
        await AgreeAsync(
            "schema",
            Schema,
            theirs => $"This version of BotHub keeps its data in schema {Schema}, but this store was set up in schema {theirs}: start with an empty store, or with the version that wrote this one.",
            cancel);
    }

    private async Task AgreeAsync(string field, int ours, Func<RedisValue, string> refusal, CancellationToken cancel)
    {
        // First come, first served, and race-free: HSETNX, then read what is there.
        var theirs = await connection.CallAsync(
            async database =>
            {
                await database.HashSetAsync(Keys.Meta, field, ours, When.NotExists);
                return await database.HashGetAsync(Keys.Meta, field);
            },
            cancel);
        if (theirs != ours) throw new StoreStartException(refusal(theirs));
    }
}
