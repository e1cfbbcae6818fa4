using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

/// <summary>What tests of the books need: turns that used something, and nodes with budgets.</summary>
public abstract class BooksBench<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private static int _lastTenant;

    /// <summary>Each test's own: their sums must not meet.</summary>
    protected string Tenant { get; } = $"tenant-{Interlocked.Increment(ref _lastTenant)}";

    protected static UsageSettings SettingsWith(params Budget[] budgets) => SettingsIn(TimeZoneInfo.Utc, budgets);

    /// <summary>Nobody books but the test.</summary>
    protected static UsageSettings SettingsIn(TimeZoneInfo zone, params Budget[] budgets) => UsageSettings.Off with { Budgets = budgets, Calendar = new UsageCalendar(zone) };

    private protected Task<StoreNode> StartNodeAsync(UsageSettings settings, TimeProvider? clock = null) => Fixture.StartAnotherAsync(services =>
    {
        services.AddSingleton(settings);
        if (clock is not null) services.AddSingleton(clock);
    });

    private protected static Bookkeeper KeeperOf(StoreNode node) => node.Get<Bookkeeper>();

    protected static Budget Messages(long limit, BudgetPeriod period = BudgetPeriod.Day, TimeSpan window = default, UsageScope scope = UsageScope.User, double? warn = null, BudgetDegrade? degrade = null, string name = "b") =>
        new(name, scope, BudgetMeasure.Messages, limit, period, window, [], warn, degrade);

    protected TurnUsage Used(int prompt, string user = "test:u1", string model = "m1", int completion = 1, string? group = null, bool answered = true) =>
        new(Tenant, user, group, answered, [new UsageLine(model, prompt, prompt / 3, completion, (prompt * 7) + completion, prompt * 2)]);

    /// <summary>Accepts a message and commits its turn.</summary>
    protected async Task CommitAsync(ConversationId conversation, int number, TurnUsage usage)
    {
        await AcceptAsync(conversation, $"m{number}");
        var claim = await ClaimAsync(conversation);
        var result = await Store.CommitAsync(claim.Lease, Turn(number) with { Usage = usage }, Cancel);
        Assert.Equal(Fence.Held, result.Fence);
        await Store.ReceiptAsync(claim.Lease, new Receipt(result.OutboxSequence, $"t{number}", []), takeNext: false, Cancel);
    }

    private static readonly StoreScript Append = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[1], 's'))
        if s.uh == s.ut then s.ub = s.ut end
        s.ut = s.ut + 1
        return redis.call('HSET', KEYS[1], 'u' .. text(s.ut - 1 - s.ub), ARGV[1], 's', packed(s))
        """);

    private static readonly StoreScript Return = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[1], 's'))
        s.uh = s.uh - tonumber(ARGV[1])
        return redis.call('HSET', KEYS[1], 's', packed(s))
        """);

    protected Reservation Asks(Budget budget, string id, int number, long most = 1, TimeSpan? life = null, bool mayDegrade = false) =>
        new(Tenant, ConversationId.Of("test", "bot", $"r{number}"), "t0", life ?? Ample, [new BudgetClaim(budget, id, most)], mayDegrade);

    private protected async Task<DateOnly> TodayAsync() => DateOnly.FromDateTime((await StoreClock.ReadAsync(Fixture.Node.Get<StoreConnection>(), Cancel)).UtcDateTime);

    /// <summary>All sums of a scope by id, over all days that the books have.</summary>
    protected async Task<Dictionary<string, UsageSum>> SumsAsync(UsageScope scope)
    {
        Dictionary<string, UsageSum> sums = [];
        var today = await TodayAsync();
        await foreach (var row in Fixture.Node.Get<IBooks>().ListAsync(Tenant, scope, today.AddDays(-60), today.AddDays(1), Cancel))
            sums[row.Id] = sums.GetValueOrDefault(row.Id) + row.Sum;
        return sums;
    }

    /// <summary>Writes a record as a commit would have at another time.</summary>
    private protected async Task PlaceAsync(ConversationId conversation, int number, DateTimeOffset at, TurnUsage usage)
    {
        await RedisAsync(d => d.SortedSetAddAsync(KeysOfStore.Unbooked(conversation), conversation.Value, 0));
        await PlaceAsync(conversation, $"1 {number} {at.ToUnixTimeMilliseconds()} {UsageWire.Write(usage)}");
    }

    private protected Task PlaceAsync(ConversationId conversation, string record) =>
        Fixture.Node.Get<StoreConnection>().RunAsync(Append, [KeysOfStore.Conversation(conversation)], [record], Cancel);

    /// <summary>As if the node had died after these records came into the books, and before they left the conversation.</summary>
    private protected Task PutBackAsync(ConversationId conversation, int records) =>
        Fixture.Node.Get<StoreConnection>().RunAsync(Return, [KeysOfStore.Conversation(conversation)], [records], Cancel);

    /// <summary>The conversation's records that are not booked yet, behind the number that they reach to.</summary>
    private protected async Task<RedisValue[]> FindUnbookedAsync(ConversationId conversation) =>
        (RedisValue[])((RedisResult[])(await Fixture.Node.Get<StoreConnection>().RunAsync(BookScripts.Unbooked, [KeysOfStore.Conversation(conversation)], [], Cancel))!)[0]!;
}
