using System.Threading.Channels;
using BotHub.Core.Conversations;
using BotHub.Storage;
using BotHub.Storage.Scripts;

namespace BotHub.Tests.Storage;

/// <summary>What nodes share besides conversations: hints and signing keys.</summary>
public abstract class SharedTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private static readonly StoreScript Harmless = new("return #KEYS");

    [Fact]
    public async Task Calls_over_a_connection_that_was_closed_fail_and_nothing_else_does()
    {
        var closed = await Fixture.Node.Get<StoreConnection>().OpenAnotherAsync();
        await closed.DisposeAsync();

        var calls = Enumerable.Range(0, 10).Select(_ => closed.RunAsync(Harmless, [Keys.Tenants], [], Cancel)).ToList();

        foreach (var call in calls) await Assert.ThrowsAsync<StoreUnavailableException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Fact]
    public async Task Hints_reach_the_other_nodes()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var heard = Channel.CreateUnbounded<string>();
        await other.WakeUps.ListenAsync(c => heard.Writer.TryWrite($"offered {c}"), c => heard.Writer.TryWrite($"marked {c}"), Cancel);
        var c = NewConversation();
        await Fixture.Node.WakeUps.OfferAsync(c);
        Assert.Equal($"offered {c}", await heard.Reader.ReadAsync(Cancel));
        await Fixture.Node.WakeUps.MarkAsync(c);
        Assert.Equal($"marked {c}", await heard.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task All_nodes_sign_with_one_key_however_they_race()
    {
        await using var first = await Fixture.StartAnotherAsync();
        await using var second = await Fixture.StartAnotherAsync();
        var keys = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 3) switch
        {
            0 => Fixture.Node.SigningKeys.CurrentAsync(),
            1 => first.SigningKeys.CurrentAsync(),
            _ => second.SigningKeys.CurrentAsync(),
        }));
        Assert.Single(keys.Select(k => k.Id).Distinct());
        Assert.Single(keys.Select(k => Convert.ToHexString(k.Secret.Span)).Distinct());
        Assert.Equal(32, keys[0].Secret.Length);
        Assert.DoesNotContain(Convert.ToHexString(keys[0].Secret.Span), keys[0].ToString(), StringComparison.OrdinalIgnoreCase);
        var found = await second.SigningKeys.FindAsync(keys[0].Id);
        Assert.Equal(keys[0].Secret.ToArray(), found!.Secret.ToArray());
        Assert.Null(await second.SigningKeys.FindAsync("nobody"));
        Assert.Null(await second.SigningKeys.FindAsync(new string('x', 10_000)));
    }

    [Fact]
    public async Task Keys_rotate_and_old_ones_still_verify()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var old = await other.SigningKeys.CurrentAsync();
        var connection = Fixture.Node.Get<StoreConnection>();
        // As if the key had been made longer ago than it may sign.
        var made = DateTimeOffset.FromUnixTimeMilliseconds(0) + (old.Made - DateTimeOffset.UnixEpoch) - TimeSpan.FromDays(31);
        await connection.Database.HashSetAsync(Keys.SigningKeys, "k" + old.Id, $"{made.ToUnixTimeMilliseconds()} {Convert.ToHexStringLower(old.Secret.Span)}");
        await using var late = await Fixture.StartAnotherAsync();
        var current = await late.SigningKeys.CurrentAsync();
        Assert.NotEqual(old.Id, current.Id);
        Assert.Equal(old.Secret.ToArray(), (await late.SigningKeys.FindAsync(old.Id))!.Secret.ToArray());
    }

    [Fact]
    public async Task Another_partition_count_is_refused()
    {
        Assert.Null(Fixture.Missing);
        Fixture.Settings["Storage:Partitions"] = "32";
        var e = await Assert.ThrowsAsync<StoreStartException>(() => Fixture.StartAnotherAsync());
        Fixture.Settings.Remove("Storage:Partitions");
        Assert.Contains("Storage:Partitions is 32, but this store was set up with 64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_another_schema_is_refused()
    {
        var database = Fixture.Node.Get<StoreConnection>().Database;
        var ours = await database.HashGetAsync(Keys.Meta, "schema");
        await database.HashSetAsync(Keys.Meta, "schema", 1);
        var e = await Assert.ThrowsAsync<StoreStartException>(() => Fixture.StartAnotherAsync());
        await database.HashSetAsync(Keys.Meta, "schema", ours);
        Assert.Contains($"keeps its data in schema {ours}, but this store was set up in schema 1: start with an empty store", e.Message, StringComparison.Ordinal);
    }
}

public sealed class GarnetSharedTests(GarnetFixture fixture) : SharedTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisSharedTests(RedisFixture fixture) : SharedTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
