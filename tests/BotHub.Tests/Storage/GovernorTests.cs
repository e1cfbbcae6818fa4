using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Storage;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace BotHub.Tests.Storage;

/// <summary>The outbound budget. Times are judged by the store's clock, as the script used it; limits are so slow that no delay refills them.</summary>
public abstract class GovernorTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly OutboundLimits Unlimited = new(0, 0, 0, 0);

    /// <summary>Next to nothing comes back while a test runs: one call in 100 seconds.</summary>
    private static readonly OutboundLimits Frozen = Unlimited with { ChatPerSecond = 0.01, ChatBurst = 3 };

    private static int _lastBot;

    private readonly string _bot = $"test:{Interlocked.Increment(ref _lastBot)}";

    private RedisOutboundGovernor Governor => On(Fixture.Node);

    [Fact]
    public async Task A_burst_from_many_callers_keeps_the_chats_limit_in_every_window()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var limits = Unlimited with { ChatPerSecond = 40, ChatBurst = 5 };
        var due = await BurstAsync([Fixture.Node, other], 200, _ => "c", group: false, limits);
        Assert.True(due.Count >= 5, $"{due.Count} calls");
        AssertKept(due, calls: 5, interval: 25_000);
    }

    [Fact]
    public async Task A_burst_from_many_callers_keeps_the_bots_limit_in_every_window()
    {
        await using var other = await Fixture.StartAnotherAsync();
        // The chats' own waits make the calls come out of order: the bot's limit has to hold all the same.
        var limits = new OutboundLimits(40, 1, 2, 0);
        var due = await BurstAsync([Fixture.Node, other], 300, i => $"c{i % 30}", group: false, limits);
        Assert.True(due.Count >= 30, $"{due.Count} calls");
        AssertKept(due, calls: (int)OutboundPlan.BotBurst(limits), interval: 25_000);
    }

    [Fact]
    public async Task A_group_sees_no_more_than_its_minute_allows()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var due = await BurstAsync([Fixture.Node, other], 100, _ => "g", group: true, Unlimited with { GroupPerMinute = 20 });
        Assert.True(due.Count >= 20, $"{due.Count} calls");
        due.Sort();
        for (var i = 20; i < due.Count; i++) Assert.True(due[i] - due[i - 20] >= 60_000_000);
    }

    [Fact]
    public async Task A_chat_that_is_no_group_has_no_minute()
    {
        var due = await BurstAsync([Fixture.Node], 30, _ => "c", group: false, Unlimited with { GroupPerMinute = 2 });
        Assert.Equal(30, due.Count);
    }

    [Fact]
    public async Task Reserved_places_are_in_the_order_of_asking_and_apart_by_the_interval()
    {
        // One call each second: four asks within one reserve three places, unless they take seconds.
        var limits = Unlimited with { ChatPerSecond = 1, ChatBurst = 1 };
        var answers = new List<(Grant Grant, long Due)>();
        for (var i = 0; i < 4; i++) answers.Add(await Governor.AskTimedAsync(Call("c"), limits, Cancel));
        Assert.Equal(GrantOutcome.Granted, answers[0].Grant.Outcome);
        Assert.All(answers.Skip(1), a => Assert.True(a.Grant.Outcome == GrantOutcome.Granted || a.Grant is { Reserved: true }));
        for (var i = 1; i < 4; i++) Assert.True(answers[i].Due - answers[i - 1].Due >= 1_000_000);
    }

    [Fact]
    public async Task A_long_wait_reserves_nothing()
    {
        var limits = Unlimited with { ChatPerSecond = 0.01, ChatBurst = 1 };
        await AskAsync("c", OutboundPriority.Final, limits);
        var first = await AskAsync("c", OutboundPriority.Final, limits);
        var second = await AskAsync("c", OutboundPriority.Final, limits);
        Assert.Equal((GrantOutcome.Wait, false), (first.Outcome, first.Reserved));
        Assert.Equal((GrantOutcome.Wait, false), (second.Outcome, second.Reserved));
        // Nobody queued up: the second is told no later a time than the first.
        Assert.InRange(second.Wait, TimeSpan.FromSeconds(6), first.Wait);
        Assert.Equal(2, (await Governor.ReadStatusAsync(_bot, Cancel)).Waited);
    }

    [Fact]
    public async Task Typing_leaves_two_calls_of_the_chat_a_preview_one_and_a_final_none()
    {
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("c", OutboundPriority.Typing, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Typing, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("c", OutboundPriority.Preview, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Preview, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("c", OutboundPriority.Final, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Wait, (await AskAsync("c", OutboundPriority.Final, Frozen)).Outcome);
        Assert.Equal(2, (await Governor.ReadStatusAsync(_bot, Cancel)).Dropped);
    }

    [Fact]
    public async Task Of_the_bots_budget_each_priority_leaves_its_share_to_those_above()
    {
        // Four calls are saved up; typing leaves two of them, a preview one, an error 0.4.
        var limits = Unlimited with { BotPerSecond = 0.001 };
        Assert.Equal(4, OutboundPlan.BotBurst(limits));
        foreach (var (priority, granted) in new[] { (OutboundPriority.Typing, 2), (OutboundPriority.Preview, 1), (OutboundPriority.Final, 1) })
        {
            for (var i = 0; i < granted; i++) Assert.Equal(GrantOutcome.Granted, (await AskAsync($"c{i}", priority, limits)).Outcome);
            Assert.NotEqual(GrantOutcome.Granted, (await AskAsync("c", priority, limits)).Outcome);
            if (priority == OutboundPriority.Preview) Assert.Equal(GrantOutcome.Wait, (await AskAsync("c", OutboundPriority.Error, limits)).Outcome);
        }
    }

    [Fact]
    public async Task Of_a_groups_minute_a_preview_leaves_a_quarter_and_typing_half()
    {
        var limits = Unlimited with { GroupPerMinute = 20 };
        Assert.Equal(10, await CountGrantsAsync(OutboundPriority.Typing));
        Assert.Equal(5, await CountGrantsAsync(OutboundPriority.Preview));
        Assert.Equal(5, await CountGrantsAsync(OutboundPriority.Final));

        async Task<int> CountGrantsAsync(OutboundPriority priority)
        {
            var granted = 0;
            for (var i = 0; i < 12; i++)
                if ((await Governor.AskAsync(new OutboundCall(_bot, "g", true, priority), limits, Cancel)).Outcome == GrantOutcome.Granted) granted++;
            return granted;
        }
    }

    [Fact]
    public async Task Nothing_overtakes_a_final_that_has_its_place()
    {
        // As if a final that had to wait for the bot's budget had got its place in an hour: the chat's own budget would let others pass.
        var now = await ServerMicrosAsync();
        await Database.StringSetAsync(Keys.ChatBudget(_bot, "c"), $"{now:D16} {now:D16} {0:D16} {now + 3_600_000_000:D16} ");
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Preview, Frozen)).Outcome);
        var next = await AskAsync("c", OutboundPriority.Final, Frozen);
        Assert.InRange(next.Wait, Hour - Ample, Hour);
    }

    [Fact]
    public async Task Calls_whose_time_is_yet_to_come_take_up_room_in_the_bots_budget()
    {
        // As if two of the bot's four saved calls were paid for and due in an hour: the bucket refills only beside them.
        var limits = Unlimited with { BotPerSecond = 0.001 };
        var now = await ServerMicrosAsync();
        await Database.StringSetAsync(Keys.BotBudget(_bot), $"{now:D16} {now:D16} {0:D16} {now + 3_600_000_000:D16} 2 0 0");
        var outcomes = new List<GrantOutcome>();
        for (var i = 0; i < 3; i++) outcomes.Add((await AskAsync($"c{i}", OutboundPriority.Final, limits)).Outcome);
        Assert.Equal([GrantOutcome.Granted, GrantOutcome.Granted, GrantOutcome.Wait], outcomes);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task No_more_than_half_of_the_bots_saved_calls_are_held_for_later(int held, bool reserved)
    {
        // The chat, not the bot, makes it wait: four seconds, unless this test takes as long.
        var now = await ServerMicrosAsync();
        await Database.StringSetAsync(Keys.BotBudget(_bot), $"{now:D16} {now:D16} {0:D16} {now + 3_600_000_000:D16} {held} 0 0");
        await Database.StringSetAsync(Keys.ChatBudget(_bot, "c"), $"{now:D16} {0:D16} {0:D16} {now + 4_000_000:D16} ");
        var grant = await AskAsync("c", OutboundPriority.Final, Unlimited with { BotPerSecond = 0.001 });
        if (grant.Outcome == GrantOutcome.Granted) return;
        Assert.Equal((GrantOutcome.Wait, reserved), (grant.Outcome, grant.Reserved));
        Assert.Equal($"{(reserved ? held + 1 : held)} 0 1", (await Database.StringGetAsync(Keys.BotBudget(_bot))).ToString()[68..]);
    }

    [Fact]
    public async Task In_a_penalty_nothing_is_granted_and_other_chats_go_on()
    {
        await Governor.PenalizeAsync(_bot, "c", Hour, Cancel);
        await Governor.PenalizeAsync(_bot, "c", TimeSpan.FromSeconds(1), Cancel);
        var final = await AskAsync("c", OutboundPriority.Final, Unlimited);
        Assert.Equal((GrantOutcome.Wait, false), (final.Outcome, final.Reserved));
        Assert.InRange(final.Wait, Hour - Ample, Hour);
        Assert.Equal(GrantOutcome.Wait, (await AskAsync("c", OutboundPriority.Error, Unlimited)).Outcome);
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Preview, Unlimited)).Outcome);
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Typing, Unlimited)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("d", OutboundPriority.Typing, Unlimited)).Outcome);
        Assert.Equal(GrantOutcome.Wait, (await Governor.ConfirmAsync(Call("c"), Cancel)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await Governor.ConfirmAsync(Call("d"), Cancel)).Outcome);
        var status = await Governor.ReadStatusAsync(_bot, Cancel);
        Assert.Equal((1, 2, 2), (status.ChatsInPenalty, status.Dropped, status.Waited));
        Assert.InRange(status.LongestPenalty, Hour - Ample, Hour);
        Assert.Equal(TimeSpan.Zero, status.BotPenalty);
    }

    [Fact]
    public async Task A_penalty_of_the_bot_holds_all_its_chats_and_no_other_bots()
    {
        await Governor.PenalizeAsync(_bot, null, TimeSpan.FromDays(400), Cancel);
        Assert.InRange((await AskAsync("c", OutboundPriority.Final, Unlimited)).Wait, Hour, IOutboundGovernor.PenaltyAtMost);
        Assert.Equal(GrantOutcome.Wait, (await Governor.ConfirmAsync(Call("d"), Cancel)).Outcome);
        Assert.InRange((await Governor.ReadStatusAsync(_bot, Cancel)).BotPenalty, Hour, IOutboundGovernor.PenaltyAtMost);
        var stranger = Call("c") with { Bot = _bot + "x" };
        Assert.Equal(GrantOutcome.Granted, (await Governor.AskAsync(stranger, Unlimited, Cancel)).Outcome);
    }

    [Fact]
    public async Task After_a_penalty_there_is_one_call_and_no_burst()
    {
        await Governor.PenalizeAsync(_bot, "c", TimeSpan.FromMilliseconds(1), Cancel);
        await WaitOutAsync("c");
        Assert.Equal(GrantOutcome.Dropped, (await AskAsync("c", OutboundPriority.Preview, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("c", OutboundPriority.Final, Frozen)).Outcome);
        Assert.Equal(GrantOutcome.Wait, (await AskAsync("c", OutboundPriority.Final, Frozen)).Outcome);
    }

    [Fact]
    public async Task A_dead_chat_is_dead_for_every_call_until_it_is_revived()
    {
        await Governor.MarkDeadAsync(_bot, "c", "bot was blocked by the user", Cancel);
        await Governor.PenalizeAsync(_bot, "c", Hour, Cancel);
        await using var other = await Fixture.StartAnotherAsync();
        foreach (var priority in Enum.GetValues<OutboundPriority>())
            Assert.Equal(GrantOutcome.Dead, (await On(other).AskAsync(Call("c") with { Priority = priority }, Unlimited, Cancel)).Outcome);
        Assert.Equal(GrantOutcome.Dead, (await Governor.ConfirmAsync(Call("c"), Cancel)).Outcome);
        Assert.Equal(1, (await Governor.ReadStatusAsync(_bot, Cancel)).DeadChats);

        await On(other).ReviveAsync(_bot, "c", Cancel);
        await Governor.ReviveAsync(_bot, "never seen", Cancel);
        Assert.Equal(GrantOutcome.Granted, (await AskAsync("c", OutboundPriority.Typing, Unlimited)).Outcome);
        Assert.Equal(0, (await Governor.ReadStatusAsync(_bot, Cancel)).DeadChats);
    }

    [Fact]
    public async Task A_sign_of_life_frees_nobody_from_a_penalty()
    {
        await Governor.PenalizeAsync(_bot, "c", Hour, Cancel);
        await Governor.ReviveAsync(_bot, "c", Cancel);
        Assert.Equal(GrantOutcome.Wait, (await AskAsync("c", OutboundPriority.Final, Unlimited)).Outcome);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_nobody_wait_longer()
    {
        // As written an hour later than now: the bucket a minute from full, a penalty with two minutes left, the group's minute used up.
        var later = await ServerMicrosAsync() + 3_600_000_000;
        var log = string.Concat(Enumerable.Repeat($"{later:D16} ", 2));
        await Database.StringSetAsync(Keys.ChatBudget(_bot, "c"), $"{later:D16} {later + 60_000_000:D16} {later + 120_000_000:D16} {later:D16} {log}");
        await Database.StringSetAsync(Keys.BotBudget(_bot), $"{later:D16} {later + 60_000_000:D16} {0:D16} {0:D16} 0 5 7");
        var limits = new OutboundLimits(1, 1, 1, 2);
        Assert.InRange((await Governor.AskAsync(Call("c") with { Group = true }, limits, Cancel)).Wait, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        // It is written down by now's clock: the penalty ends although nobody's clock comes near the later time.
        var left = await Database.StringGetAsync(Keys.ChatBudget(_bot, "c"));
        Assert.True(long.Parse(left.ToString()[..16], null) < later);
        Assert.InRange(long.Parse(left.ToString()[34..50], null), 0, await ServerMicrosAsync() + 120_000_000);
        Assert.Equal(8, (await Governor.ReadStatusAsync(_bot, Cancel)).Waited);
    }

    [Fact]
    public async Task Budgets_expire_and_unlimited_calls_write_nothing()
    {
        await AskAsync("c", OutboundPriority.Final, Unlimited);
        Assert.False(await Database.KeyExistsAsync(Keys.ChatBudget(_bot, "c")));
        Assert.False(await Database.KeyExistsAsync(Keys.BotBudget(_bot)));
        await AskAsync("c", OutboundPriority.Final, Frozen with { BotPerSecond = 30 });
        Assert.InRange((await Database.KeyTimeToLiveAsync(Keys.ChatBudget(_bot, "c")))!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(101));
        Assert.InRange((await Database.KeyTimeToLiveAsync(Keys.BotBudget(_bot)))!.Value, TimeSpan.FromDays(1), Keys.BotBudgetKept);
        await Governor.MarkDeadAsync(_bot, "d", new string('x', 100_000), Cancel);
        Assert.InRange((await Database.KeyTimeToLiveAsync(Keys.ChatBudget(_bot, "d")))!.Value, TimeSpan.FromDays(1), IOutboundGovernor.DeadFor);
        Assert.True((await Database.StringLengthAsync(Keys.ChatBudget(_bot, "d"))) < 300);
    }

    [Fact]
    public async Task Calls_without_limits_ask_the_store_once_a_second_while_nothing_is_in_their_way()
    {
        var (clock, connection) = (new FakeTimeProvider(), await Fixture.Node.Get<StoreConnection>().OpenAnotherAsync());
        var governor = new RedisOutboundGovernor(connection, clock);
        Assert.Equal(GrantOutcome.Granted, (await governor.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        // Without a connection only what needs no call is answered.
        await connection.DisposeAsync();
        Assert.Equal(GrantOutcome.Granted, (await governor.AskAsync(Call("d"), Unlimited, Cancel)).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => governor.AskAsync(Call("c"), Frozen, Cancel));
        clock.Advance(QuietBots.Believed);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => governor.AskAsync(Call("c"), Unlimited, Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_stands_in_the_way_counts_at_once_here_and_within_a_second_on_other_nodes(bool dead)
    {
        var clock = new FakeTimeProvider();
        var (here, there) = (new RedisOutboundGovernor(Fixture.Node.Get<StoreConnection>(), clock), new RedisOutboundGovernor(Fixture.Node.Get<StoreConnection>(), clock));
        foreach (var governor in new[] { here, there }) Assert.Equal(GrantOutcome.Granted, (await governor.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        if (dead) await here.MarkDeadAsync(_bot, "c", "blocked", Cancel);
        else await here.PenalizeAsync(_bot, "c", Hour, Cancel);
        var refused = dead ? GrantOutcome.Dead : GrantOutcome.Wait;
        Assert.Equal(refused, (await here.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        Assert.Equal(GrantOutcome.Granted, (await there.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        clock.Advance(QuietBots.Believed);
        Assert.Equal(refused, (await there.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        // Neither takes the answer about another chat for the bot's.
        foreach (var governor in new[] { here, there })
        {
            Assert.Equal(GrantOutcome.Granted, (await governor.AskAsync(Call("d"), Unlimited, Cancel)).Outcome);
            Assert.Equal(refused, (await governor.AskAsync(Call("c"), Unlimited, Cancel)).Outcome);
        }
    }

    [Fact]
    public void What_the_store_said_before_this_node_told_of_a_penalty_is_void()
    {
        var quiet = new QuietBots(new FakeTimeProvider());
        var look = quiet.Begin(_bot);
        quiet.Disturb(_bot);
        quiet.Learn(_bot, look);
        Assert.False(quiet.IsQuiet(_bot));
        quiet.Learn(_bot, quiet.Begin(_bot));
        Assert.True(quiet.IsQuiet(_bot));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a{b")]
    [InlineData("}")]
    public async Task A_bot_that_would_scatter_its_keys_is_refused(string bot) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Governor.AskAsync(Call("c") with { Bot = bot }, Unlimited, Cancel));

    private static RedisOutboundGovernor On(StoreNode node) => (RedisOutboundGovernor)node.Get<IOutboundGovernor>();

    /// <summary>Any n calls in a row take at least the time in which all but the saved ones come back.</summary>
    private static void AssertKept(List<long> due, int calls, long interval)
    {
        due.Sort();
        for (var first = 0; first < due.Count; first++)
            for (var last = first + calls; last < due.Count; last++)
                Assert.True(due[last] - due[first] >= (last - first + 1 - calls) * interval, $"{last - first + 1} calls in {due[last] - due[first]} µs");
    }

    private IDatabase Database => Fixture.Node.Get<StoreConnection>().Database;

    private OutboundCall Call(string chat) => new(_bot, chat, false, OutboundPriority.Final);

    private Task<Grant> AskAsync(string chat, OutboundPriority priority, OutboundLimits limits) =>
        Governor.AskAsync(Call(chat) with { Priority = priority }, limits, Cancel);

    /// <summary>Asks for all at once, from all nodes; returns when the calls that got a place are due.</summary>
    private async Task<List<long>> BurstAsync(StoreNode[] nodes, int asks, Func<int, string> chat, bool group, OutboundLimits limits)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, asks).Select(i => Task.Run(() =>
            On(nodes[i % nodes.Length]).AskTimedAsync(new OutboundCall(_bot, chat(i), group, i % 5 == 0 ? OutboundPriority.Preview : OutboundPriority.Final), limits, Cancel))));
        return [.. answers.Where(a => a.Grant.Outcome == GrantOutcome.Granted || a.Grant.Reserved).Select(a => a.Due)];
    }

    private async Task WaitOutAsync(string chat)
    {
        for (var tries = 0; tries < 3000; tries++)
        {
            if ((await Governor.ConfirmAsync(Call(chat), Cancel)).Outcome == GrantOutcome.Granted) return;
            await Task.Delay(10, Cancel);
        }

        throw new TimeoutException("The penalty did not end.");
    }

    private async Task<long> ServerMicrosAsync()
    {
        var time = (RedisValue[])(await Database.ExecuteAsync("TIME"))!;
        return ((long)time[0] * 1_000_000) + (long)time[1];
    }
}

public sealed class GarnetGovernorTests(GarnetFixture fixture) : GovernorTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisGovernorTests(RedisFixture fixture) : GovernorTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
