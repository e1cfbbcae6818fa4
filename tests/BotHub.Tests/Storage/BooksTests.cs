using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using StackExchange.Redis;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

/// <summary>What committed turns used gets into the books once, whatever happens on its way.</summary>
public abstract class BooksTests<TFixture>(TFixture fixture) : BooksBench<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task What_turns_used_is_booked_once_however_many_book_it_at_the_same_time()
    {
        await using var first = await StartNodeAsync(SettingsWith());
        await using var second = await StartNodeAsync(SettingsWith(Messages(1_000_000)));
        var conversations = Enumerable.Range(0, 12).Select(_ => NewConversation()).ToList();
        using var done = new CancellationTokenSource();
        var keepers = new[] { first, second, first, second }.Select(node => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) await KeeperOf(node).BookAsync(conversations, Cancel);
        })).ToList();
        await Task.WhenAll(conversations.Select(async (c, i) =>
        {
            for (var n = 0; n < 15; n++) await CommitAsync(c, n, Used(100 + n, user: $"test:u{i % 3}", model: $"m{n % 2}", group: $"test:bot:g{i % 4}"));
        }));
        await done.CancelAsync();
        await Task.WhenAll(keepers);
        await KeeperOf(first).BookAsync(conversations, Cancel);

        var (turns, prompt) = (12 * 15, 12 * Enumerable.Range(100, 15).Sum());
        foreach (var scope in Enum.GetValues<UsageScope>())
        {
            var sums = await SumsAsync(scope);
            Assert.Equal(scope switch { UsageScope.User => 3, UsageScope.Group => 4, UsageScope.Model => 2, _ => 1 }, sums.Count);
            Assert.Equal(
                new UsageSum(turns, prompt, 12 * Enumerable.Range(100, 15).Sum(p => p / 3), turns, (prompt * 7) + turns, prompt * 2),
                sums.Values.Aggregate(default(UsageSum), (a, b) => a + b));
        }

        foreach (var c in conversations) Assert.Empty(await FindUnbookedAsync(c));
        Assert.All(await Task.WhenAll(conversations.Select(c => RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(c), c.Value)))), Assert.Null);
    }

    [Fact]
    public async Task A_record_that_was_booked_and_not_cleared_is_not_booked_again()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(10));
        await CommitAsync(conversation, 1, Used(20));
        for (var i = 0; i < 3; i++)
        {
            await KeeperOf(node).BookAsync([conversation], Cancel);
            // The next one finds it by the sweep.
            await RedisAsync(d => d.SortedSetAddAsync(KeysOfStore.Unbooked(conversation), conversation.Value, 0));
            await PutBackAsync(conversation, records: 2);
        }

        // What is new behind them is booked all the same, and only that.
        await CommitAsync(conversation, 2, Used(40));
        await KeeperOf(node).SweepAsync(TimeSpan.Zero, Cancel);
        Assert.Equal(70, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
        Assert.Equal(3, (await SumsAsync(UsageScope.User))["test:u1"].Turns);
    }

    [Fact]
    public async Task More_than_one_page_of_the_books_is_booked_in_several()
    {
        const int Conversations = 600, Records = 5;
        await using var node = await StartNodeAsync(SettingsWith(Messages(1_000_000, BudgetPeriod.Window, TimeSpan.FromHours(3))));
        var at = await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel);
        var conversations = Enumerable.Range(0, Conversations).Select(_ => NewConversation()).ToList();
        foreach (var (c, conversation) in conversations.Index())
            for (var n = 0; n < Records; n++) await PlaceAsync(conversation, n, at, Used(10, user: $"test:u{c}-{n}", group: $"test:bot:g{c}"));
        await KeeperOf(node).BookAsync(conversations, Cancel);

        Assert.Equal(Conversations * Records, (await SumsAsync(UsageScope.User)).Count);
        Assert.Equal(Conversations, (await SumsAsync(UsageScope.Group)).Count);
        var tenant = Assert.Single(await SumsAsync(UsageScope.Tenant)).Value;
        Assert.Equal((Conversations * Records, Conversations * Records * 10), (tenant.Turns, tenant.PromptTokens));
    }

    [Fact]
    public async Task A_page_whose_mark_moved_meanwhile_books_nothing()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(5));
        var record = UsageWire.Read((await FindUnbookedAsync(conversation))[1])!;
        var late = new BookPage(SettingsWith(), new Dictionary<ConversationId, RedisValue> { [conversation] = RedisValue.Null });
        late.Add(conversation, record);
        await KeeperOf(node).BookAsync([conversation], Cancel);

        var month = UsageCalendar.MonthOf(DateOnly.FromDateTime(record.At.UtcDateTime));
        var result = await Fixture.Node.Get<StoreConnection>().RunAsync(
            BookScripts.Book, [Keys.Books(Tenant, month), Keys.Reservations(Tenant), Keys.ReservationEnds(Tenant)], late.Arguments(life: 3_600_000), Cancel);
        Assert.Equal(0, (int)result);
        Assert.Equal(5, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
    }

    [Fact]
    public async Task A_turn_that_is_not_committed_leaves_no_record()
    {
        var conversation = NewConversation();
        await AcceptAsync(conversation, "m0");
        var zombie = await ClaimAsync(conversation, Brief);
        var heir = await TakeOverAsync(conversation);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(zombie.Lease, Turn(0) with { Usage = Used(999) }, Cancel)).Fence);
        Assert.Empty(await FindUnbookedAsync(conversation));
        Assert.Equal(Fence.Held, (await Store.CommitAsync(heir.Lease, Turn(0), Cancel)).Fence);
        Assert.Empty(await FindUnbookedAsync(conversation));
        Assert.Null(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
    }

    [Fact]
    public async Task A_commit_that_a_crash_cuts_short_leaves_a_record_exactly_if_it_left_the_turn()
    {
        for (var writes = 0; ; writes++)
        {
            var conversation = NewConversation();
            await AcceptAsync(conversation, "m0");
            var claim = await ClaimAsync(conversation, Brief);
            var cut = await RunCutAsync(
                CommitScript.Script,
                writes,
                [KeysOfStore.Conversation(conversation), KeysOfStore.DeadLetters(conversation), KeysOfStore.Unbooked(conversation)],
                [claim.Lease.Epoch, 0, 1, conversation.Value, "", "", "", "", 40, "", UsageWire.Write(Used(5)), StoredEntry.Write(Entry("u0"))]);
            var committed = (await Store.ReadTranscriptAsync(conversation, 0, 10, Cancel)).Count > 0;
            var found = await FindUnbookedAsync(conversation);
            Assert.Equal(committed, found.Length > 0);
            // A record is always found.
            if (found.Length > 0) Assert.NotNull(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
            await KeeperOf(Fixture.Node).SweepAsync(TimeSpan.Zero, Cancel);
            Assert.Null(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
            if (cut) continue;
            Assert.True(writes >= 2, "The script wrote less than it should: the test has shown nothing.");
            return;
        }
    }

    [Fact]
    public async Task Booking_that_a_crash_cuts_short_is_made_up_for_and_nothing_counts_twice()
    {
        await using var node = await StartNodeAsync(SettingsWith(Messages(100)));
        var books = node.Get<IBooks>();
        for (var writes = 0; ; writes++)
        {
            var (conversation, user) = (NewConversation(), $"test:cut{writes}");
            await CommitAsync(conversation, 0, Used(5, user));
            var held = new Reservation(Tenant, conversation, "t0", Ample, [new BudgetClaim(Messages(100), user, 1)], MayDegrade: false);
            Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(held, Cancel)).Outcome);
            var record = UsageWire.Read((await FindUnbookedAsync(conversation))[1])!;
            var month = UsageCalendar.MonthOf(DateOnly.FromDateTime(record.At.UtcDateTime));
            var page = new BookPage(SettingsWith(Messages(100)), new Dictionary<ConversationId, RedisValue> { [conversation] = RedisValue.Null });
            page.Add(conversation, record);
            var cut = await RunCutAsync(
                BookScripts.Book,
                writes,
                [Keys.Books(Tenant, month), Keys.Reservations(Tenant), Keys.ReservationEnds(Tenant)],
                page.Arguments(life: 3_600_000));
            await KeeperOf(node).SweepAsync(TimeSpan.Zero, Cancel);

            var sum = (await SumsAsync(UsageScope.User))[user];
            Assert.Equal((1L, 5L), (sum.Turns, sum.PromptTokens));
            // What was kept free is free again, wholly: 99 more fit, and not 100.
            Assert.Equal(ReserveOutcome.Reserved, (await books.ReserveAsync(Asks(Messages(100), user, 1000 + writes, most: 99), Cancel)).Outcome);
            Assert.Equal(ReserveOutcome.Wait, (await books.ReserveAsync(Asks(Messages(100), user, 2000 + writes), Cancel)).Outcome);
            if (cut) continue;
            Assert.True(writes >= 4, "The script wrote less than it should: the test has shown nothing.");
            return;
        }
    }

    [Fact]
    public async Task Clearing_that_a_crash_cuts_short_is_made_up_for()
    {
        for (var writes = 0; ; writes++)
        {
            var conversation = NewConversation();
            await CommitAsync(conversation, 0, Used(5));
            var booked = await FindUnbookedAsync(conversation);
            var cut = await RunCutAsync(BookScripts.Clear, writes, [KeysOfStore.Unbooked(conversation), KeysOfStore.Conversation(conversation)], [conversation.Value, booked[0], booked[^1]]);
            if ((await FindUnbookedAsync(conversation)).Length > 0)
                Assert.NotNull(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
            await KeeperOf(Fixture.Node).SweepAsync(TimeSpan.Zero, Cancel);
            Assert.Null(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
            if (!cut) return;
        }
    }

    [Fact]
    public async Task A_stale_clearing_takes_nothing_that_came_later()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(5));
        var stale = await FindUnbookedAsync(conversation);
        await KeeperOf(node).BookAsync([conversation], Cancel);
        await CommitAsync(conversation, 1, Used(6));
        await Fixture.Node.Get<StoreConnection>().RunAsync(BookScripts.Clear, [KeysOfStore.Unbooked(conversation), KeysOfStore.Conversation(conversation)], [conversation.Value, stale[0], stale[^1]], Cancel);
        await KeeperOf(node).SweepAsync(TimeSpan.Zero, Cancel);
        Assert.Equal(11, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
    }

    [Fact]
    public async Task A_stale_clearing_takes_nothing_of_a_conversation_that_was_begun_anew()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(5));
        var stale = await FindUnbookedAsync(conversation);
        await RedisAsync(d => d.KeyDeleteAsync(KeysOfStore.Conversation(conversation)));
        await CommitAsync(conversation, 0, Used(6));
        await Fixture.Node.Get<StoreConnection>().RunAsync(BookScripts.Clear, [KeysOfStore.Unbooked(conversation), KeysOfStore.Conversation(conversation)], [conversation.Value, stale[0], stale[^1]], Cancel);

        Assert.Equal(6, UsageWire.Read(Assert.Single((await FindUnbookedAsync(conversation))[1..]))!.Usage.Lines[0].PromptTokens);
    }

    [Fact]
    public async Task Any_number_of_records_of_one_conversation_is_booked_and_leaves_no_more_than_a_few_places_behind()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        var at = await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel);
        const int Records = (2 * Keys.UsageAtOnce) + 10;
        for (var n = 0; n < Records; n++) await PlaceAsync(conversation, n, at, Used(10));
        await KeeperOf(node).BookAsync([conversation], Cancel);

        Assert.Equal(Records, (await SumsAsync(UsageScope.User))["test:u1"].Turns);
        Assert.Empty(await FindUnbookedAsync(conversation));
        var fields = await RedisAsync(d => d.HashKeysAsync(KeysOfStore.Conversation(conversation)));
        Assert.Equal(Keys.UsagePlacesKept, fields.Count(f => ((string)f!)[0] == 'u'));
    }

    [Fact]
    public async Task A_conversation_that_was_deleted_and_begun_anew_counts_on()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(5));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        await RedisAsync(d => d.KeyDeleteAsync(KeysOfStore.Conversation(conversation)));
        // Epochs come from the store's clock in seconds; this one must have moved on.
        var start = (await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel)).ToUnixTimeSeconds();
        while ((await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel)).ToUnixTimeSeconds() <= start + 1) await Task.Delay(50, Cancel);
        await CommitAsync(conversation, 0, Used(7));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        Assert.Equal(12, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
    }

    [Theory]
    [InlineData("test:{books:other}")]
    [InlineData("test:a b\nc\r\n{p001} \0 \" ' \\ ,;:%d%s")]
    [InlineData("test:💣é\u2028 29u:x w:y q:z")]
    public async Task Hostile_ids_stay_themselves(string id)
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith(Messages(3, BudgetPeriod.Window, TimeSpan.FromHours(3))));
        await CommitAsync(conversation, 0, Used(5, user: id, model: id, group: id));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        foreach (var scope in new[] { UsageScope.User, UsageScope.Group, UsageScope.Model }) Assert.Equal(5, Assert.Contains(id, (IReadOnlyDictionary<string, UsageSum>)await SumsAsync(scope)).PromptTokens);
        var budget = Messages(3, BudgetPeriod.Window, TimeSpan.FromHours(3));
        Assert.Equal([1L], await node.Get<IBooks>().ReadSpentAsync(Tenant, [new BudgetClaim(budget, id, 1)], Cancel));
        Assert.Equal(ReserveOutcome.Reserved, (await node.Get<IBooks>().ReserveAsync(Asks(budget, id, 1, most: 2), Cancel)).Outcome);
        Assert.Equal(ReserveOutcome.Wait, (await node.Get<IBooks>().ReserveAsync(Asks(budget, id, 2), Cancel)).Outcome);
    }

    [Fact]
    public async Task An_unreadable_record_is_passed_over_and_holds_up_nothing()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        foreach (var record in new[] { "1 2 x []", "1 3 4 {\"a\":1}", "nonsense", "" }) await PlaceAsync(conversation, record);
        await CommitAsync(conversation, 0, Used(5));
        await KeeperOf(node).BookAsync([conversation], Cancel);
        Assert.Equal(5, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
        Assert.Empty(await FindUnbookedAsync(conversation));
    }

    [Fact]
    public async Task A_record_that_is_missing_holds_up_nothing()
    {
        var conversation = NewConversation();
        await using var node = await StartNodeAsync(SettingsWith());
        await CommitAsync(conversation, 0, Used(5));
        await CommitAsync(conversation, 1, Used(6));
        await RedisAsync(d => d.HashDeleteAsync(KeysOfStore.Conversation(conversation), "u1"));
        await KeeperOf(node).SweepAsync(TimeSpan.Zero, Cancel);

        Assert.Equal(5, (await SumsAsync(UsageScope.User))["test:u1"].PromptTokens);
        Assert.Empty(await FindUnbookedAsync(conversation));
        Assert.Null(await RedisAsync(d => d.SortedSetScoreAsync(KeysOfStore.Unbooked(conversation), conversation.Value)));
    }

    [Fact]
    public async Task A_day_begins_at_midnight_of_the_operators_zone_and_a_month_with_its_first_day()
    {
        var vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
        await using var node = await StartNodeAsync(SettingsIn(vienna));
        var today = await TodayAsync();
        // The first of last month, seen from Vienna.
        var first = UsageCalendar.MonthOf(today).AddMonths(-1);
        var midnight = new UsageCalendar(vienna).StartOf(first);
        var conversation = NewConversation();
        await PlaceAsync(conversation, 0, midnight - TimeSpan.FromMilliseconds(1), Used(1));
        await PlaceAsync(conversation, 1, midnight, Used(10));
        await PlaceAsync(conversation, 2, midnight + TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1), Used(100));
        await PlaceAsync(conversation, 3, midnight + TimeSpan.FromDays(1), Used(1000));
        await KeeperOf(node).BookAsync([conversation], Cancel);

        List<UsageRow> rows = [];
        await foreach (var row in node.Get<IBooks>().ListAsync(Tenant, UsageScope.User, first.AddDays(-1), first.AddDays(1), Cancel)) rows.Add(row);
        Assert.Equal([(first.AddDays(-1), 1L), (first, 110L), (first.AddDays(1), 1000L)], rows.OrderBy(r => r.Day).Select(r => (r.Day, r.Sum.PromptTokens)));
    }
}

public sealed class GarnetBooksTests(GarnetFixture fixture) : BooksTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisBooksTests(RedisFixture fixture) : BooksTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
