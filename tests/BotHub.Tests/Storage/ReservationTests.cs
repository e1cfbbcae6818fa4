using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Storage;

/// <summary>What is kept free in budgets: never too little, and not for longer than it must.</summary>
public abstract class ReservationTests<TFixture>(TFixture fixture) : BooksBench<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private const string User = "test:u1";

    private static readonly TimeSpan ThreeHours = TimeSpan.FromHours(3);

    [Theory]
    [InlineData(BudgetPeriod.Day)]
    [InlineData(BudgetPeriod.Month)]
    [InlineData(BudgetPeriod.Window)]
    public async Task Of_fifty_at_once_a_budget_for_ten_holds_ten_and_once_they_are_booked_the_others_are_told(BudgetPeriod period)
    {
        var budget = Messages(10, period, ThreeHours);
        await using var first = await StartNodeAsync(SettingsWith(budget));
        await using var second = await StartNodeAsync(SettingsWith(budget));
        var books = new[] { first.Get<IBooks>(), second.Get<IBooks>() };
        var asked = Enumerable.Range(0, 50).Select(i => (Conversation: NewConversation(), Books: books[i % 2])).ToList();
        Task<ReserveAnswer[]> AskAllAsync() => Task.WhenAll(asked.Select(a => a.Books.ReserveAsync(new Reservation(Tenant, a.Conversation, "t0", Ample, [new BudgetClaim(budget, User, 1)], false), Cancel)));
        var answers = await AskAllAsync();
        Assert.Equal(10, answers.Count(a => a.Outcome == ReserveOutcome.Reserved));
        Assert.Equal(40, answers.Count(a => a.Outcome == ReserveOutcome.Wait));

        var winners = asked.Where((_, i) => answers[i].Outcome == ReserveOutcome.Reserved).Select(a => a.Conversation).ToList();
        foreach (var winner in winners) await CommitAsync(winner, 0, Used(5));
        await KeeperOf(first).BookAsync(winners, Cancel);
        answers = await AskAllAsync();
        Assert.All(answers, a => Assert.Equal((ReserveOutcome.Spent, 0, 10L), (a.Outcome, a.Claim, a.Used)));
        var now = await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel);
        var (least, most) = period switch
        {
            BudgetPeriod.Day => (TimeSpan.Zero, TimeSpan.FromDays(1)),
            BudgetPeriod.Month => (TimeSpan.Zero, TimeSpan.FromDays(31)),
            _ => (ThreeHours - TimeSpan.FromMinutes(1), ThreeHours + (ThreeHours / Budget.Steps * 2)),
        };
        Assert.All(answers, a => Assert.InRange(a.Renews!.Value - now, least, most));
        Assert.Equal([10L], await books[1].ReadSpentAsync(Tenant, [new BudgetClaim(budget, User, 1)], Cancel));
    }

    [Fact]
    public async Task A_turn_that_begins_again_does_not_reserve_twice_and_may_ask_for_something_else()
    {
        var (budget, other) = (Messages(3), Messages(3, name: "other"));
        await using var node = await StartNodeAsync(SettingsWith(budget, other));
        var books = node.Get<IBooks>();
        for (var tries = 0; tries < 5; tries++) Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 1, most: 2), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, User, 2, most: 2), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(other, User, 1, most: 3), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 2, most: 3), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(other, User, 3), Cancel)).Outcome);
    }

    [Fact]
    public async Task All_budgets_of_a_turn_hold_it_or_none_is_touched()
    {
        var (wide, tight) = (Messages(10, name: "wide"), Messages(1, name: "tight"));
        await using var node = await StartNodeAsync(SettingsWith(wide, tight));
        var books = node.Get<IBooks>();
        Reservation Both(int n) => new(Tenant, ConversationId.Of("test", "bot", $"r{n}"), "t0", Ample, [new(wide, User, 1), new(tight, User, 1)], false);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Both(0), Cancel)).Outcome);
        for (var n = 1; n < 20; n++) Assert.Equal((ReserveOutcome.Wait, 1), (await books.ReserveAsync(Both(n), Cancel)) is var a ? (a.Outcome, a.Claim) : default);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(wide, User, 50, most: 9), Cancel)).Outcome);
    }

    [Fact]
    public async Task A_dead_nodes_reservation_ends_by_the_stores_clock()
    {
        var budget = Messages(1);
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var books = node.Get<IBooks>();
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 1, life: TimeSpan.FromMilliseconds(700)), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Outcome);
        while ((await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Outcome != ReserveOutcome.Reserved) await Task.Delay(30, Cancel);
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, User, 3), Cancel)).Outcome);
    }

    [Fact]
    public async Task After_the_stores_clock_was_set_back_a_reservation_lasts_no_longer_than_a_new_one()
    {
        var budget = Messages(1);
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var books = node.Get<IBooks>();
        var life = TimeSpan.FromSeconds(1);
        await books.ReserveAsync(Asks(budget, User, 1, life: life), Cancel);
        // Made an hour ahead, as it looks now.
        var ends = Keys.ReservationEnds(Tenant);
        var member = (await RedisAsync(d => d.SortedSetRangeByRankAsync(ends)))[0];
        await RedisAsync(d => d.SortedSetIncrementAsync(ends, member, 3_600_000));
        while ((await books.ReserveAsync(Asks(budget, User, 2, life: life), Cancel)).Outcome != ReserveOutcome.Reserved) await Task.Delay(30, Cancel);
    }

    [Fact]
    public async Task Reserving_and_freeing_that_a_crash_cuts_short_neither_lets_too_much_through_nor_holds_anything_for_good()
    {
        var budget = Messages(5);
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var books = node.Get<IBooks>();
        for (var writes = 0; ; writes++)
        {
            var user = $"test:cut{writes}";
            var today = await TodayAsync();
            var start = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
            var cut = await RunCutAsync(
                BookScripts.Reserve,
                writes,
                [Keys.Books(Tenant, UsageCalendar.MonthOf(today)), Keys.Books(Tenant, UsageCalendar.MonthOf(today).AddMonths(-1)), Keys.Reservations(Tenant), Keys.ReservationEnds(Tenant)],
                [start, start + 86_400_000, $"test:bot:cut{writes} t0", 300_000, 3_600_000, 0, $"b:{user}", 5, 2, 1, 0, -1, "20260101", "c", 1, BookFields.Day(today.Day, UsageScope.User, user)]);
            // The same turn again, as its retry would; then exactly the rest fits.
            Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(new Reservation(Tenant, ConversationId.Of("test", "bot", $"cut{writes}"), "t0", Ample, [new BudgetClaim(budget, user, 2)], false), Cancel)).Outcome);
            Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, user, 500 + writes, most: 4), Cancel)).Outcome);
            Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, user, 500 + writes, most: 3), Cancel)).Outcome);

            await RunCutAsync(BookScripts.Free, writes, [Keys.Reservations(Tenant), Keys.ReservationEnds(Tenant)], [$"test:bot:cut{writes} t0"]);
            await Fixture.Node.Get<StoreConnection>().RunAsync(BookScripts.Free, [Keys.Reservations(Tenant), Keys.ReservationEnds(Tenant)], [$"test:bot:cut{writes} t0"], Cancel);
            Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, user, 900 + writes, most: 2), Cancel)).Outcome);
            Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, user, 950 + writes), Cancel)).Outcome);
            if (!cut) return;
        }
    }

    [Fact]
    public async Task A_node_whose_clock_is_months_off_reserves_in_the_stores_day()
    {
        var budget = Messages(2);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-70));
        await using var node = await StartNodeAsync(SettingsWith(budget), clock);
        var conversation = NewConversation();
        await CommitAsync(conversation, 0, Used(1));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        var books = node.Get<IBooks>();
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 1), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Outcome);
        Assert.Equal(1, (await books.ReadAsync(Tenant, UsageScope.User, User, Cancel)).Today.Turns);
        clock.Advance(TimeSpan.FromDays(300));
        Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Outcome);
    }

    [Fact]
    public async Task A_sliding_window_forgets_what_is_older_than_itself_and_tells_when_enough_will_be()
    {
        var budget = Messages(3, BudgetPeriod.Window, ThreeHours);
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var (books, conversation) = (node.Get<IBooks>(), NewConversation());
        var now = await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel);
        var step = TimeSpan.FromMilliseconds(budget.StepMilliseconds);
        DateTimeOffset[] times = [now - ThreeHours - (step * 3), now - ThreeHours + (step * 10), now - TimeSpan.FromHours(1), now - TimeSpan.FromMinutes(1)];
        for (var i = 0; i < times.Length; i++) await PlaceAsync(conversation, i, times[i], Used(1));
        await KeeperOf(node).BookAsync([conversation], Cancel);

        var answer = await books.ReserveAsync(Asks(budget, User, 1), Cancel);
        Assert.Equal((ReserveOutcome.Spent, 3L), (answer.Outcome, answer.Used));
        // The first of the three that count leaves first, up to one step later than it strictly must.
        Assert.InRange(answer.Renews!.Value, times[1] + ThreeHours, times[1] + ThreeHours + (step * 2));
        // For two, the second has to leave as well.
        Assert.InRange((await books.ReserveAsync(Asks(budget, User, 1, most: 2), Cancel)).Renews!.Value, times[2] + ThreeHours, times[2] + ThreeHours + (step * 2));
        // What no window can ever hold never comes.
        Assert.Null((await books.ReserveAsync(Asks(budget, User, 1, most: 4), Cancel)).Renews);
    }

    [Fact]
    public async Task A_day_and_a_month_count_only_their_own()
    {
        var (day, month) = (Messages(2), Messages(2, BudgetPeriod.Month, name: "month"));
        await using var node = await StartNodeAsync(SettingsWith(day, month));
        var (books, conversation, today) = (node.Get<IBooks>(), NewConversation(), await TodayAsync());
        var midnight = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero);
        var first = new DateTimeOffset(UsageCalendar.MonthOf(today), TimeOnly.MinValue, TimeSpan.Zero);
        await PlaceAsync(conversation, 0, first.AddMilliseconds(-1), Used(1));
        await PlaceAsync(conversation, 1, midnight.AddMilliseconds(-1), Used(1));
        await PlaceAsync(conversation, 2, midnight, Used(1));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        var expected = today.Day == 1 ? 1L : 2L;
        Assert.Equal([1L, expected], await books.ReadSpentAsync(Tenant, [new(day, User, 1), new(month, User, 1)], Cancel));
        Assert.Equal((1L, expected), (await books.ReadAsync(Tenant, UsageScope.User, User, Cancel)) is var u ? (u.Today.Turns, u.Month.Turns) : default);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(day, User, 1), Cancel)).Outcome);
        Assert.Equal(today.Day == 1 ? ReserveOutcome.Reserved : ReserveOutcome.Spent, (await books.ReserveAsync(Asks(month, User, 2), Cancel)).Outcome);
    }

    [Fact]
    public async Task People_are_told_once_a_period_and_the_same_turn_again_after_a_crash()
    {
        var budget = Messages(10, warn: 0.2);
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var (books, conversation) = (node.Get<IBooks>(), NewConversation());
        Assert.Empty((await books.ReserveAsync(Asks(budget, User, 1), Cancel)).Warn);
        await CommitAsync(conversation, 0, Used(1));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        // The second message reaches a fifth of ten.
        for (var tries = 0; tries < 2; tries++) Assert.Equal([(0, 1L)], (await books.ReserveAsync(Asks(budget, User, 1), Cancel)).Warn);
        Assert.Empty((await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Warn);
        Assert.Empty((await books.ReserveAsync(Asks(budget, "test:u2", 3), Cancel)).Warn);
    }

    [Fact]
    public async Task A_budget_asks_for_a_cheaper_model_from_its_mark_on_and_where_it_would_not_hold_the_dear_one()
    {
        var budget = Messages(10, degrade: new BudgetDegrade(0.1, "cheap"));
        await using var node = await StartNodeAsync(SettingsWith(budget));
        var (books, conversation) = (node.Get<IBooks>(), NewConversation());
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 1, mayDegrade: true), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Degrade, (await books.ReserveAsync(Asks(budget, User, 2, most: 11, mayDegrade: true), Cancel)).Outcome);
        await CommitAsync(conversation, 0, Used(1));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        Assert.Equal((ReserveOutcome.Degrade, 0), (await books.ReserveAsync(Asks(budget, User, 2, mayDegrade: true), Cancel)) is var a ? (a.Outcome, a.Claim) : default);
        Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(budget, User, 2), Cancel)).Outcome);
    }
}

public sealed class GarnetReservationTests(GarnetFixture fixture) : ReservationTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisReservationTests(RedisFixture fixture) : ReservationTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
