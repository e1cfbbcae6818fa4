using BotHub.Core.Models;
using BotHub.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace BotHub.Tests.Storage;

/// <summary>
/// A model's limits for all replicas. Times are the store's; a minute is an hour where nothing may come back while a test runs, and short
/// where something has to.
/// </summary>
public abstract class ModelLimitTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private static readonly ModelLimits None = ModelLimits.None;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), Endless = TimeSpan.FromDays(100);

    private static int _last;

    private readonly string _model = $"Mödel {{{Interlocked.Increment(ref _last)}}}";

    [Fact]
    public async Task No_more_requests_than_a_window_allows_are_granted_by_two_nodes_together()
    {
        await using var other = await Fixture.StartAnotherAsync();
        RedisModelLimits[] nodes = [On(Fixture.Node, Hour), On(other, Hour)];
        var limits = None with { RequestsPerMinute = 12 };

        var grants = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => nodes[i % 2].AskAsync(Call(), limits, Endless, Cancel)));

        // A fourth of an hour is between them: three come at once.
        Assert.Equal(3, grants.Count(g => g.Outcome == ModelGrantOutcome.Granted));
        Assert.Equal(Enumerable.Range(0, 37), grants.Where(g => g.Outcome == ModelGrantOutcome.Wait).Select(g => g.Ahead).Order());
        Assert.All(grants.Where(g => g.Outcome == ModelGrantOutcome.Wait), g => Assert.InRange(g.Wait, (g.Ahead + 1) * Hour / 12 - Ample, 5 * Hour));
    }

    [Fact]
    public async Task Waiting_calls_all_get_through_and_never_more_than_the_window_allows()
    {
        var limits = None with { RequestsPerMinute = 60 };
        var (node, minute) = (On(Fixture.Node, TimeSpan.FromSeconds(3)), 3000);
        List<(int Number, long Slot)> granted = [];

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var call = Call();
            // The first ask of each gives it its place in the queue.
            while (await node.AskAsync(call, limits, Endless, Cancel) is var grant)
            {
                if (grant.Outcome == ModelGrantOutcome.Granted)
                {
                    lock (granted) granted.Add((i, grant.Slot));
                    return;
                }

                await Task.Delay(20, Cancel);
            }
        }));

        var slots = granted.ConvertAll(g => g.Slot);
        slots.Sort();
        Assert.Equal(100, slots.Count);
        for (var i = 60; i < slots.Count; i++) Assert.True(slots[i] - slots[i - 60] >= minute, $"{i}: {slots[i] - slots[i - 60]} ms");
    }

    [Fact]
    public async Task Whoever_came_first_goes_first_however_often_others_ask()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { Concurrency = 1 };
        LimitedCall running = Call(), first = Call(), second = Call();
        var grant = await node.AskAsync(running, limits, Endless, Cancel);
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, first, limits));
        Assert.Equal((ModelGrantOutcome.Wait, 1), await AskAsync(node, second, limits));

        await node.EndAsync(running, grant, null, Cancel);

        for (var i = 0; i < 5; i++) Assert.Equal((ModelGrantOutcome.Wait, 1), await AskAsync(node, second, limits));
        Assert.Equal((ModelGrantOutcome.Granted, 0), await AskAsync(node, first, limits));
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, second, limits));
    }

    [Fact]
    public async Task Several_free_places_are_taken_whoever_of_the_first_asks_first()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { Concurrency = 3 };
        var running = await GrantsAsync(node, limits, 3);
        List<LimitedCall> waiting = [Call(), Call(), Call(), Call()];
        foreach (var call in waiting) await node.AskAsync(call, limits, Endless, Cancel);
        foreach (var (call, grant) in running) await node.EndAsync(call, grant, null, Cancel);

        Assert.Equal((ModelGrantOutcome.Wait, 3), await AskAsync(node, waiting[3], limits));
        Assert.Equal(ModelGrantOutcome.Granted, (await AskAsync(node, waiting[2], limits)).Outcome);
        Assert.Equal(ModelGrantOutcome.Granted, (await AskAsync(node, waiting[1], limits)).Outcome);
        Assert.Equal(ModelGrantOutcome.Granted, (await AskAsync(node, waiting[0], limits)).Outcome);
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, waiting[3], limits));
    }

    [Fact]
    public async Task Tokens_are_counted_as_asked_for_and_then_as_taken()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { TokensPerMinute = 1000 };
        var call = Call(900);
        var grant = await node.AskAsync(call, limits, Endless, Cancel);
        Assert.Equal((ModelGrantOutcome.Granted, 900), (grant.Outcome, grant.Counted));
        var next = Call(600);
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, next, limits));

        await node.EndAsync(call, grant, 401, Cancel);
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, next, limits));
        // What a call took beyond its wish is counted too.
        await node.EndAsync(call, grant with { Counted = 401 }, 400, Cancel);
        Assert.Equal((ModelGrantOutcome.Granted, 0), await AskAsync(node, next, limits));
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, Call(1), limits));
    }

    [Fact]
    public async Task A_call_larger_than_a_minute_gets_a_whole_one()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { TokensPerMinute = 1000 };
        var grant = await node.AskAsync(Call(5000), limits, Endless, Cancel);
        Assert.Equal((ModelGrantOutcome.Granted, 1000), (grant.Outcome, grant.Counted));
    }

    [Fact]
    public async Task A_place_that_nobody_renews_comes_free_and_a_renewed_one_does_not()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { Concurrency = 2 };
        var running = await GrantsAsync(node, limits, 2);
        var waiting = Call();
        Assert.Equal(ModelGrantOutcome.Wait, (await AskAsync(node, waiting, limits)).Outcome);

        var start = TimeProvider.System.GetTimestamp();
        while ((await AskAsync(node, waiting, limits)).Outcome != ModelGrantOutcome.Granted)
        {
            await node.RenewAsync(running[0].Call, Cancel);
            await Task.Delay(100, Cancel);
        }

        // The lease is the store's, and it is given when the store answers: never sooner than this.
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= IModelLimits.PlaceHeld - TimeSpan.FromSeconds(2));
        Assert.Equal(ModelGrantOutcome.Wait, (await AskAsync(node, Call(), limits)).Outcome);
    }

    [Fact]
    public async Task A_waiting_call_whose_node_died_is_passed_over()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { Concurrency = 1 };
        var running = await GrantsAsync(node, limits, 1);
        LimitedCall dead = Call(), alive = Call();
        await AskAsync(node, dead, limits);
        await AskAsync(node, alive, limits);
        await node.EndAsync(running[0].Call, running[0].Grant, null, Cancel);
        while ((await AskAsync(node, alive, limits)).Outcome != ModelGrantOutcome.Granted) await Task.Delay(100, Cancel);
    }

    [Fact]
    public async Task A_wait_beyond_ones_patience_is_refused_at_once_and_leaves_the_queue()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { RequestsPerMinute = 1 };
        await GrantsAsync(node, limits, 1);
        var call = Call();

        var refused = await node.AskAsync(call, limits, TimeSpan.FromSeconds(30), Cancel);

        Assert.Equal(ModelGrantOutcome.Refused, refused.Outcome);
        Assert.InRange(refused.Wait, Hour - Ample, Hour + Ample);
        Assert.Equal((ModelGrantOutcome.Wait, 0), await AskAsync(node, Call(), limits));
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { Concurrency = 1 };
        await GrantsAsync(node, limits, 1);
        // As if so many had asked just now.
        await WriteAsync("line", string.Join(',', Enumerable.Range(0, IModelLimits.QueueAtMost).Select(i => $"'w{i}',0,at+60000")));

        Assert.Equal((ModelGrantOutcome.Refused, IModelLimits.QueueAtMost), await AskAsync(node, Call(), limits));
    }

    [Fact]
    public async Task What_a_provider_told_one_node_holds_for_all_with_and_without_limits()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var (node, neighbour) = (Fixture.Node.Get<RedisModelLimits>(), other.Get<RedisModelLimits>());

        await node.HoldBackAsync(_model, TimeSpan.FromDays(3), Cancel);
        await node.HoldBackAsync(_model, TimeSpan.FromMilliseconds(1), Cancel);

        var grant = await neighbour.AskAsync(Call(), None with { RequestsPerMinute = 100 }, Endless, Cancel);
        Assert.Equal(ModelGrantOutcome.Wait, grant.Outcome);
        Assert.InRange(grant.Wait, IModelLimits.HeldBackAtMost - TimeSpan.FromMinutes(2), IModelLimits.HeldBackAtMost);
        Assert.True(node.HeldBack(_model) > TimeSpan.FromMinutes(2));
        // By a message, which takes a moment.
        while (neighbour.HeldBack(_model.ToUpperInvariant()) == TimeSpan.Zero) await Task.Delay(10, Cancel);
        Assert.Equal(TimeSpan.Zero, neighbour.HeldBack("another"));
    }

    [Fact]
    public async Task After_the_providers_not_now_one_call_goes_and_the_others_follow_evenly()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { RequestsPerMinute = 60 };
        await node.HoldBackAsync(_model, TimeSpan.FromMilliseconds(1), Cancel);
        var call = Call();
        while ((await AskAsync(node, call, limits)).Outcome != ModelGrantOutcome.Granted) await Task.Delay(5, Cancel);
        Assert.Equal(ModelGrantOutcome.Wait, (await AskAsync(node, Call(), limits)).Outcome);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_nobody_wait_longer_and_allows_nobody_more()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { TokensPerMinute = 1000, Concurrency = 2 };
        var running = await GrantsAsync(node, limits, 2);
        await node.HoldBackAsync(_model, TimeSpan.FromMinutes(1), Cancel);
        // As if all of it had been written by a clock that was a day ahead.
        await WriteAsync("seen", "at+86400000", """
            s.full, s.shut = s.full + 86400000000, s.shut + 86400000
            for i = 1, #s.log, 3 do s.log[i] = s.log[i] + 86400000 end
            for i = 2, #s.run, 2 do s.run[i] = s.run[i] + 86400000 end
            """);

        var call = Call(1000);
        var grant = await node.AskAsync(call, limits, Endless, Cancel);
        Assert.Equal(ModelGrantOutcome.Wait, grant.Outcome);
        Assert.InRange(grant.Wait, Hour - Ample, Hour + Ample);
        // The places run out as they would have: within their lease.
        var places = limits with { TokensPerMinute = 0 };
        await WriteAsync("shut", "0");
        await node.EndAsync(call, null, null, Cancel);
        while ((await AskAsync(node, call, places)).Outcome != ModelGrantOutcome.Granted) await Task.Delay(100, Cancel);
        Assert.NotEmpty(running);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_lets_calls_through_and_nothing_breaks()
    {
        var node = On(Fixture.Node, Hour);
        var limits = None with { RequestsPerMinute = 3, Concurrency = 1 };
        var running = await GrantsAsync(node, limits, 1);
        await WriteAsync("seen", "at-86400000", """
            s.full = s.full - 86400000000
            for i = 1, #s.log, 3 do s.log[i] = s.log[i] - 86400000 end
            for i = 2, #s.run, 2 do s.run[i] = s.run[i] - 86400000 end
            """);

        Assert.Equal((ModelGrantOutcome.Granted, 0), await AskAsync(node, Call(), limits));
        // The first call is still there: its renewal takes a place again, and its end gives it back.
        await node.RenewAsync(running[0].Call, Cancel);
        await node.EndAsync(running[0].Call, running[0].Grant, 7, Cancel);
        Assert.Equal(ModelGrantOutcome.Wait, (await AskAsync(node, Call(), limits)).Outcome);
    }

    [Fact]
    public async Task What_is_kept_of_a_model_expires()
    {
        await GrantsAsync(On(Fixture.Node, Hour), None with { RequestsPerMinute = 3 }, 1);
        Assert.InRange((await Database.KeyTimeToLiveAsync(Keys.ModelLimits(_model)))!.Value, TimeSpan.FromMinutes(5), Hour);
    }

    private IDatabase Database => Fixture.Node.Get<StoreConnection>().Database;

    private static RedisModelLimits On(StoreNode node, TimeSpan minute) =>
        new(node.Get<StoreConnection>(), TimeProvider.System, NullLogger<RedisModelLimits>.Instance) { Minute = minute };

    private LimitedCall Call(int tokens = 0) => LimitedCall.New(_model, tokens);

    private static async Task<(ModelGrantOutcome Outcome, int Ahead)> AskAsync(RedisModelLimits node, LimitedCall call, ModelLimits limits)
    {
        var grant = await node.AskAsync(call, limits, TimeSpan.FromDays(100), Cancel);
        return (grant.Outcome, grant.Ahead);
    }

    private async Task<List<(LimitedCall Call, ModelGrant Grant)>> GrantsAsync(RedisModelLimits node, ModelLimits limits, int count)
    {
        List<(LimitedCall, ModelGrant)> grants = [];
        for (var i = 0; i < count; i++)
        {
            var call = Call(1);
            var grant = await node.AskAsync(call, limits, Endless, Cancel);
            Assert.Equal(ModelGrantOutcome.Granted, grant.Outcome);
            grants.Add((call, grant));
        }

        return grants;
    }

    /// <summary>Changes one part of what the store holds, written in the script's own words.</summary>
    private async Task WriteAsync(string part, string value, string more = "") => await Database.ScriptEvaluateAsync(
        $$"""
        local t = redis.call('TIME')
        local at = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
        local s = {}
        local all = cmsgpack.unpack(redis.call('GET', KEYS[1]))
        local function part(from, count)
            local list = {}
            for i = 1, count do list[i] = all[from + i] end
            return list
        end
        s.seen, s.full, s.shut = all[1], all[2], all[3]
        s.log, s.run, s.line = part(6, all[4]), part(6 + all[4], all[5]), part(6 + all[4] + all[5], all[6])
        s.{{part}} = {{(part == "line" ? $"{{{value}}}" : value)}}
        {{more}}
        all = {s.seen, s.full, s.shut, #s.log, #s.run, #s.line}
        for _, list in ipairs({s.log, s.run, s.line}) do
            for i = 1, #list do all[#all + 1] = list[i] end
        end
        redis.call('SET', KEYS[1], cmsgpack.pack(all))
        """,
        [Keys.ModelLimits(_model)]);
}

public sealed class GarnetModelLimitTests(GarnetFixture fixture) : ModelLimitTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisModelLimitTests(RedisFixture fixture) : ModelLimitTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
