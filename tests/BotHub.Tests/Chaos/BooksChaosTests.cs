using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using BotHub.Storage;
using BotHub.Tests.Client;
using BotHub.Tests.Operations;
using StackExchange.Redis;

namespace BotHub.Tests.Chaos;

/// <summary>Budgets hold and books balance whatever is done to the hubs.</summary>
public sealed class BooksChaosTests : ChaosTests
{
    private const string Key = "a-key-of-more-than-twenty-characters";

    private static readonly (string Key, string Value)[] Prices =
    [
        ("Usage__ApiKey", Key), ("Prices__echo__Prompt", "2.5"), ("Prices__echo__CachedPrompt", "0.25"), ("Prices__echo__Completion", "10"),
    ];

    protected override TimeSpan Patience => TimeSpan.FromSeconds(240);

    public static TheoryData<string, string> Budgets => new()
    {
        { "Messages", "10" },
        // Known once one answer has been paid for.
        { "Money", "" },
    };

    [Theory]
    [MemberData(nameof(Budgets))]
    public async Task Of_fifty_parallel_turns_of_one_person_over_three_replicas_a_budget_for_ten_answers_ten_and_forty_are_told(string measure, string limit)
    {
        await using var world = await TelegramWorld.StartAsync();
        var redis = await StartRedisAsync();
        if (measure == "Money") limit = await MoneyForTenAsync();
        // None of the hubs has room for all: whoever receives the questions offers the rest to the others.
        var hubs = await StartHubsAsync(
            3, redis, 200, [.. world.Settings, .. Prices, ("Budgets__b__" + measure, limit), ("Budgets__b__Per", "Day"), ("Budgets__b__WarnAt", "0"), ("Usage__Wait", "00:01:30"), ("Pipeline__MaxConcurrentTurns", "20")]);
        var groups = world.GroupsOfOne(50, out var person);
        foreach (var group in groups) group.Say($"@chaos_bot {Question}", person);

        await Task.WhenAll(groups.Select(g => g.WaitAsync(c => c.BotTexts.Any(IsFinal), Patience, "an answer or a refusal")));
        var answered = groups.Count(g => g.BotTexts.Any(t => t.Contains(Word, StringComparison.Ordinal)));
        var told = groups.Count(g => g.BotTexts.Any(t => t.Contains("your allowance", StringComparison.OrdinalIgnoreCase) && t.Contains("It is there again in", StringComparison.Ordinal)));
        List<int> shares;
        while ((shares = hubs.ConvertAll(h => h.Log.Split(" ended ").Length - 1)).Sum() < 50) await Task.Delay(50, Deadline);
        Tell($"{measure} {limit}: turns by hub {string.Join(", ", shares)}; {answered} answered, {told} told. For example: {groups.SelectMany(g => g.BotTexts).First(t => t.Contains("allowance", StringComparison.OrdinalIgnoreCase))}");
        Assert.Equal((10, 40), (answered, told));
        Assert.All(shares, s => Assert.True(s > 0, "A hub had nothing to do: the test has shown less than it should."));

        await SettledAsync(redis);
        var user = Assert.Single((await ReadAsync(hubs[0], "user")).Rows);
        Assert.Equal(($"telegram:{person.Id}", 10L), (user.Id, user.Turns));
        Assert.Equal(10, (await ReadAsync(hubs[1], "group")).Rows.Count);
        if (measure == "Money") Assert.InRange(user.Money, 0, decimal.Parse(limit, CultureInfo.InvariantCulture));
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task While_hubs_are_killed_the_books_balance_with_all_ledgers_to_the_token()
    {
        var redis = await StartRedisAsync();
        // A budget that is never used up: reservations take part, and none may be left over.
        var hubs = await StartHubsAsync(3, redis, 250, [.. Prices, ("Budgets__b__Money", "1000"), ("Budgets__n__Messages", "100000"), ("Budgets__n__Per", "01:00:00")]);
        var conversations = await TalkAsync(hubs, 24, monkey => monkey.RunAsync((500, 900), TimeSpan.FromSeconds(15), Deadline));
        await SettledAsync(redis);
        await BalanceAsync(hubs, conversations);

        await using var store = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        // Every turn is over, those that were killed in the middle included: nothing is kept free for any of them.
        Assert.Empty(await store.GetDatabase().HashGetAllAsync(Keys.Reservations("default")));
        Assert.Equal(0, await store.GetDatabase().SortedSetLengthAsync(Keys.ReservationEnds("default")));
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task With_the_embedded_store_they_balance_too_while_it_dies_with_its_hub()
    {
        var hubs = await StartHubsAsync(1, redis: null, speed: 250, [.. Prices, ("Budgets__b__Money", "1000"), ("Budgets__n__Messages", "100000"), ("Budgets__n__Per", "01:00:00")]);
        var conversations = await TalkAsync(hubs, 10, monkey => monkey.RunAsync((1200, 2200), TimeSpan.FromSeconds(12), Deadline));
        // What the last life has not booked the sweep of the next one finds; the second look is behind a further death.
        for (var look = 0; look < 2; look++)
        {
            while (!await IsBalancedAsync(hubs, conversations)) await Task.Delay(300, Deadline);
            await hubs[0].KillAsync();
            await hubs[0].StartAsync(Deadline);
        }

        await Task.Delay(TimeSpan.FromSeconds(6), Deadline);
        await BalanceAsync(hubs, conversations);
        AssertQuiet(hubs);
    }

    private const string Word = "answerable", Question = "is this " + Word;

    private static bool IsFinal(string text) => text.Contains(Word, StringComparison.Ordinal) || text.Contains("allowance", StringComparison.OrdinalIgnoreCase);

    /// <summary>What ten answers cost, and as much more as the tenth must keep free before: the answer's whole room instead of its length.</summary>
    private async Task<string> MoneyForTenAsync()
    {
        await using var world = await TelegramWorld.StartAsync();
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(1, redis, 0, [.. world.Settings, .. Prices]);
        var groups = world.GroupsOfOne(1, out var person);
        groups[0].Say($"@chaos_bot {Question}", person);
        await groups[0].WaitAsync(c => c.BotTexts.Any(IsFinal), Patience, "the answer");
        await SettledAsync(redis);
        var row = Assert.Single((await ReadAsync(hubs[0], "user")).Rows);
        await hubs[0].KillAsync();
        await redis.KillAsync();
        var room = int.Parse(Regex.Match(await File.ReadAllTextAsync(Repository.PathOf("prompts", "assistant.md"), Deadline), @"max_tokens: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        var most = ((row.PromptTokens * 2.5m) + (room * 10m)) / 1_000_000m;
        Assert.True(most > row.Money, "The echo's answer fills its room: the test would show nothing.");
        // The tenth fits while nine are booked, and the eleventh would not with ten.
        return ((9 * row.Money) + most).ToString(CultureInfo.InvariantCulture);
    }

    private async Task<List<HubConversation>> TalkAsync(List<HubProcess> hubs, int count, Func<Monkey, Task> storm)
    {
        var client = ClientOf(hubs);
        List<(HubConversation Conversation, ChatLoad Load)> loads = [];
        for (var i = 0; i < count; i++)
        {
            var conversation = await client.OpenAsync(Deadline);
            loads.Add((conversation, new ChatLoad(conversation, await FollowAsync(conversation), i)));
        }

        using var enough = new CancellationTokenSource();
        var monkey = new Monkey(hubs, new Random(Seed));
        var talks = loads.ConvertAll(l => l.Load.RunAsync(20, 200, enough.Token, Deadline));
        await storm(monkey);
        await enough.CancelAsync();
        await Task.WhenAll(talks);
        Tell($"{monkey.Kills} kills, {loads.Sum(l => l.Load.Acknowledged)} messages in {count} conversations");
        return loads.ConvertAll(l => l.Conversation);
    }

    /// <summary>Waits until no conversation has usage that is not booked.</summary>
    private async Task SettledAsync(RedisServer redis)
    {
        await using var store = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var keys = new Keys(64);
        while (true)
        {
            var left = await Task.WhenAll(Enumerable.Range(0, keys.Partitions).Select(p => store.GetDatabase().SortedSetLengthAsync(keys.Unbooked(p))));
            if (left.Sum() == 0) return;
            await Task.Delay(50, Deadline);
        }
    }

    private async Task<bool> IsBalancedAsync(List<HubProcess> hubs, List<HubConversation> conversations)
    {
        var expected = await LedgersAsync(conversations);
        var rows = (await ReadAsync(hubs[^1], "user")).Rows;
        return rows.Sum(r => r.Turns) == expected.Sum(e => e.Turns);
    }

    private async Task BalanceAsync(List<HubProcess> hubs, List<HubConversation> conversations)
    {
        var expected = await LedgersAsync(conversations);
        var users = (await ReadAsync(hubs[0], "user")).Rows.GroupBy(r => r.Id).Select(g => new Sum(g.Key, g.Sum(r => r.Turns), g.Sum(r => r.PromptTokens), g.Sum(r => r.CachedTokens), g.Sum(r => r.CompletionTokens), g.Sum(r => r.Money)));
        Assert.Equal(expected.OrderBy(e => e.Id), users.OrderBy(u => u.Id));
        foreach (var by in new[] { "model", "channel", "tenant" })
        {
            var rows = (await ReadAsync(hubs[^1], by)).Rows;
            Assert.Equal(by switch { "model" => "echo", "channel" => "web", _ => "default" }, Assert.Single(rows.Select(r => r.Id).Distinct()));
            Assert.Equal(
                (expected.Sum(e => e.Turns), expected.Sum(e => e.Prompt), expected.Sum(e => e.Completion), expected.Sum(e => e.Money)),
                (rows.Sum(r => r.Turns), rows.Sum(r => r.PromptTokens), rows.Sum(r => r.CompletionTokens), rows.Sum(r => r.Money)));
        }

        Tell($"{expected.Sum(e => e.Turns)} turns, {expected.Sum(e => e.Prompt)} + {expected.Sum(e => e.Completion)} tokens, {expected.Sum(e => e.Money)} EUR in ledgers and books alike");
    }

    /// <summary>What the ledgers of all committed turns add up to, user by user.</summary>
    private async Task<List<Sum>> LedgersAsync(List<HubConversation> conversations)
    {
        List<Sum> sums = [];
        foreach (var conversation in conversations)
        {
            var page = await conversation.ReadAsync(Deadline);
            Assert.False(page.More, "The check needs the whole conversation on one page.");
            var sum = new Sum($"web:{conversation.Id}", 0, 0, 0, 0, 0);
            foreach (var turn in page.Messages.Where(m => m.IsAnswer).Select(m => m.Turn!))
            {
                var l = await conversation.ReadLedgerAsync(turn, Deadline);
                Assert.Equal(("echo", "done"), (l.Model!.Name, l.State));
                var money = (((l.PromptTokens - l.CachedTokens) * 2.5m) + (l.CachedTokens * 0.25m) + (l.CompletionTokens * 10m)) / 1_000_000m;
                sum = sum with { Turns = sum.Turns + 1, Prompt = sum.Prompt + l.PromptTokens, Cached = sum.Cached + l.CachedTokens, Completion = sum.Completion + l.CompletionTokens, Money = sum.Money + money };
            }

            sums.Add(sum);
        }

        return sums;
    }

    private async Task<HubUsage> ReadAsync(HubProcess hub, string by)
    {
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = hub.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return (await http.GetFromJsonAsync<HubUsage>($"api/usage?by={by}", Deadline))!;
    }

    private sealed record Sum(string Id, long Turns, long Prompt, long Cached, long Completion, decimal Money);
}
