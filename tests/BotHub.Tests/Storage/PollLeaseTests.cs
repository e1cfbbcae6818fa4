using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Storage;

namespace BotHub.Tests.Storage;

public abstract class PollLeaseTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private static int _lastBot;

    private readonly string _bot = $"test:{Interlocked.Increment(ref _lastBot)}";

    private IPollLeases Leases => Fixture.Node.Get<IPollLeases>();

    [Fact]
    public async Task Of_sixteen_that_want_to_poll_one_does()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            (i % 2 == 0 ? Leases : other.Get<IPollLeases>()).TryAcquireAsync(_bot, $"node-{i}", Ample, Cancel)));
        var winner = Assert.Single(leases, l => l is not null)!;
        var status = await Leases.ReadStatusAsync(_bot, Cancel);
        Assert.Equal(winner.Owner, status.Owner);
        Assert.InRange(status.Remaining, TimeSpan.FromTicks(1), Ample);
        Assert.Null(await Leases.TryAcquireAsync(_bot, winner.Owner, Ample, Cancel));
    }

    [Fact]
    public async Task Another_takes_over_after_the_leases_end_and_the_first_writes_nothing_more()
    {
        var zombie = await AcquireAsync("node-1", Brief);
        Assert.Equal(Fence.Held, await Leases.AdvanceAsync(zombie, 41, TimeSpan.FromMilliseconds(1), Cancel));
        var heir = await AcquireAsync("node-2", Ample);
        Assert.True(heir.Epoch > zombie.Epoch);
        Assert.Equal(41, heir.Offset);

        Assert.Equal(Fence.Lost, await Leases.RenewAsync(zombie, Ample, Cancel));
        Assert.Equal(Fence.Lost, await Leases.AdvanceAsync(zombie, 99, Ample, Cancel));
        await Leases.ReleaseAsync(zombie, Cancel);
        Assert.Null(await Leases.TryAcquireAsync(_bot, "node-3", Ample, Cancel));

        Assert.Equal(Fence.Held, await Leases.AdvanceAsync(heir, 42, Ample, Cancel));
        var status = await Leases.ReadStatusAsync(_bot, Cancel);
        Assert.Equal(("node-2", 42L), (status.Owner, status.Offset));
        Assert.NotNull(status.Advanced);
    }

    [Fact]
    public async Task A_renewed_lease_is_not_taken_over()
    {
        var lease = await AcquireAsync("node-1", TimeSpan.FromMilliseconds(1));
        Assert.Equal(Fence.Held, await Leases.RenewAsync(lease, Ample, Cancel));
        Assert.Null(await Leases.TryAcquireAsync(_bot, "node-2", Ample, Cancel));
    }

    [Fact]
    public async Task A_lease_given_back_is_free_at_once_and_its_offset_stays()
    {
        var first = await AcquireAsync("node-1", Ample);
        Assert.Equal(0, first.Offset);
        await Leases.AdvanceAsync(first, 1_234_567_890_123, Ample, Cancel);
        // A platform may start its numbers anew.
        await Leases.AdvanceAsync(first, 7, Ample, Cancel);
        await Leases.ReleaseAsync(first, Cancel);
        Assert.Equal(Fence.Lost, await Leases.RenewAsync(first, Ample, Cancel));
        var free = await Leases.ReadStatusAsync(_bot, Cancel);
        Assert.Equal((null, TimeSpan.Zero, 7L), (free.Owner, free.Remaining, free.Offset));
        var second = (await Leases.TryAcquireAsync(_bot, "node-2", Ample, Cancel))!;
        Assert.Equal((7L, first.Epoch + 1), (second.Offset, second.Epoch));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_lengthen_a_dead_pollers_lease()
    {
        await AcquireAsync("node-1", Ample);
        var database = Fixture.Node.Get<StoreConnection>().Database;
        var later = (long)(await database.HashGetAsync(Keys.Poll(_bot), "at")) + 3_600_000;
        // As written an hour later than now, with a millisecond left.
        await database.HashSetAsync(Keys.Poll(_bot), [new("at", later), new("un", later + 1)]);
        Assert.Null(await Leases.TryAcquireAsync(_bot, "node-2", Ample, Cancel));
        Assert.Equal("node-2", (await AcquireAsync("node-2", Ample)).Owner);
    }

    [Fact]
    public async Task The_newest_dead_letters_are_kept_and_all_are_counted()
    {
        for (var i = 0; i < IPollLeases.DeadLettersHeld + 20; i++) await Leases.DeadLetterAsync(_bot, $"u{i}", "no date", $"body {i}", Cancel);
        await Leases.DeadLetterAsync(_bot, "u119", "no date", "body 119", Cancel);
        var letters = await Leases.ReadDeadLettersAsync(_bot, 1000, Cancel);
        Assert.Equal(Enumerable.Range(20, 100).Reverse().Select(i => ($"u{i}", "no date", $"body {i}")), letters.Select(l => (l.UpdateId, l.Reason, l.Body)));
        Assert.Equal(letters.Take(3), await Leases.ReadDeadLettersAsync(_bot, 3, Cancel));
        Assert.Equal(120, (await Leases.ReadStatusAsync(_bot, Cancel)).DeadLetters);
        Assert.Empty(await Leases.ReadDeadLettersAsync(_bot + "x", 10, Cancel));
    }

    [Fact]
    public async Task A_dead_letters_body_is_cut_at_a_whole_character()
    {
        await Leases.DeadLetterAsync(_bot, "u", "too long", "x" + string.Concat(Enumerable.Repeat("👍", 20_000)), Cancel);
        var letter = Assert.Single(await Leases.ReadDeadLettersAsync(_bot, 1, Cancel));
        Assert.Equal("x" + string.Concat(Enumerable.Repeat("👍", 16_383)), letter.Body);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(letter.Body), 1, IPollLeases.DeadLetterBytes);
    }

    private async Task<PollLease> AcquireAsync(string owner, TimeSpan lease)
    {
        for (var tries = 0; tries < 3000; tries++)
        {
            if (await Leases.TryAcquireAsync(_bot, owner, lease, Cancel) is { } held) return held;
            await Task.Delay(10, Cancel);
        }

        throw new TimeoutException("The lease did not run out.");
    }
}

public sealed class GarnetPollLeaseTests(GarnetFixture fixture) : PollLeaseTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task A_dead_process_does_not_keep_the_only_node_from_polling()
    {
        var first = (await Fixture.Node.Get<IPollLeases>().TryAcquireAsync("test:crash", "node-1", Ample, Cancel))!;
        await Fixture.Node.Get<StaleLeases>().EndAllAsync(Cancel);
        var next = (await Fixture.Node.Get<IPollLeases>().TryAcquireAsync("test:crash", "node-2", Ample, Cancel))!;
        Assert.Equal(first.Epoch + 1, next.Epoch);
    }

    [Fact]
    public async Task Lease_and_offset_survive_a_restart()
    {
        var settings = new Dictionary<string, string> { ["Storage:Directory"] = Path.Combine(Path.GetTempPath(), $"bothub-{Guid.NewGuid():N}") };
        try
        {
            await using (var node = await StoreNode.StartAsync(settings))
            {
                var lease = (await node.Get<IPollLeases>().TryAcquireAsync("test:r", "node-1", Ample, Cancel))!;
                await node.Get<IPollLeases>().AdvanceAsync(lease, 42, Ample, Cancel);
            }

            // Not given back, but nobody else can hold it.
            await using var later = await StoreNode.StartAsync(settings);
            var next = (await later.Get<IPollLeases>().TryAcquireAsync("test:r", "node-1", Ample, Cancel))!;
            Assert.Equal((2L, 42L), (next.Epoch, next.Offset));
        }
        finally
        {
            Directory.Delete(settings["Storage:Directory"], recursive: true);
        }
    }
}

public sealed class RedisPollLeaseTests(RedisFixture fixture) : PollLeaseTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
