using System.Globalization;
using System.Runtime.CompilerServices;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The books over Redis or the embedded store: reservations, and reading. <see cref="Bookkeeper"/> writes them.</summary>
internal sealed class RedisBooks(StoreConnection connection, Bookkeeper keeper, UsageSettings settings, TimeProvider clock) : IBooks
{
    private const int PageSize = 1000;

    private readonly UsageCalendar _calendar = settings.Calendar;

    /// <summary>By how much the store's clock was ahead of this node's when it last said that it was another day than thought.</summary>
    private long _aheadTicks;

    public async Task<ReserveAnswer> ReserveAsync(Reservation reservation, CancellationToken cancel)
    {
        var guess = clock.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _aheadTicks));
        while (true)
        {
            var day = _calendar.DayOf(guess);
            var month = UsageCalendar.MonthOf(day);
            var f = (RedisResult[])(await connection.RepeatAsync(
                BookScripts.Reserve,
                [
                    Keys.Books(reservation.Tenant, month), Keys.Books(reservation.Tenant, month.AddMonths(-1)),
                    Keys.Reservations(reservation.Tenant), Keys.ReservationEnds(reservation.Tenant),
                ],
                Arguments(reservation, day, guess),
                cancel))!;
            if ((int)f[0] != 0) return Answer(f, reservation, day);
            guess = DateTimeOffset.FromUnixTimeMilliseconds((long)f[1]);
            Volatile.Write(ref _aheadTicks, (guess - clock.GetUtcNow()).Ticks);
        }
    }

    public void Committed(ConversationId conversation, string turn, string tenant, bool used) => keeper.Hint(conversation, turn, tenant, used);

    public Task SettleAsync(ConversationId conversation, CancellationToken cancel) => keeper.BookAsync([conversation], cancel);

    public async Task<IReadOnlyList<long>> ReadSpentAsync(string tenant, IReadOnlyList<BudgetClaim> claims, CancellationToken cancel)
    {
        var now = await StoreClock.ReadAsync(connection, cancel);
        var today = _calendar.DayOf(now);
        var (month, before) = (Keys.Books(tenant, UsageCalendar.MonthOf(today)), Keys.Books(tenant, UsageCalendar.MonthOf(today).AddMonths(-1)));
        return await Task.WhenAll(claims.Select(async c =>
        {
            if (c.Budget.Period != BudgetPeriod.Window)
            {
                var days = await connection.CallAsync(database => database.HashGetAsync(month, [.. BookFields.Days(c.Budget, c.Id, today)]), cancel);
                return days.Sum(d => BookFields.ReadSum(d).Of(c.Budget.Measure));
            }

            var field = BookFields.Window(c.Budget, c.Id);
            var values = await connection.CallAsync(database => Task.WhenAll(database.HashGetAsync(month, field), database.HashGetAsync(before, field)), cancel);
            var oldest = (now.ToUnixTimeMilliseconds() / c.Budget.StepMilliseconds) - c.Budget.StepsBack;
            return values.Sum(v => Steps(v).Where(s => s.Step >= oldest).Sum(s => s.Amount));
        }));
    }

    public async Task<UsageNow> ReadAsync(string tenant, UsageScope scope, string id, CancellationToken cancel)
    {
        var today = _calendar.DayOf(await StoreClock.ReadAsync(connection, cancel));
        var month = UsageCalendar.MonthOf(today);
        RedisValue[] fields = [.. Enumerable.Range(0, today.Day).Select(d => (RedisValue)BookFields.Day(d + 1, scope, id))];
        var values = await connection.CallAsync(database => database.HashGetAsync(Keys.Books(tenant, month), fields), cancel);
        return new UsageNow(today, BookFields.ReadSum(values[^1]), values.Aggregate(default(UsageSum), (sum, v) => sum + BookFields.ReadSum(v)));
    }

    public async Task<IReadOnlyList<string>> ReadTenantsAsync(CancellationToken cancel) =>
        [.. (await connection.CallAsync(database => database.SetMembersAsync(Keys.Tenants), cancel)).Select(t => t.ToString()).Order(StringComparer.Ordinal)];

    public async IAsyncEnumerable<UsageRow> ListAsync(string tenant, UsageScope by, DateOnly from, DateOnly to, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var month = UsageCalendar.MonthOf(from); month <= to; month = month.AddMonths(1))
        {
            // A scan may bring a field twice.
            HashSet<string> seen = new(StringComparer.Ordinal);
            RedisValue cursor = 0;
            do
            {
                var at = cursor;
                var page = (RedisResult[])(await connection.CallAsync(
                    database => database.ExecuteAsync("HSCAN", Keys.Books(tenant, month), at, "MATCH", BookFields.AllOf(by), "COUNT", PageSize), cancel))!;
                cursor = (RedisValue)page[0];
                var entries = (RedisValue[])page[1]!;
                for (var i = 0; i + 1 < entries.Length; i += 2)
                {
                    var (day, id) = BookFields.Read(entries[i].ToString());
                    var date = month.AddDays(day - 1);
                    if (date >= from && date <= to && seen.Add(entries[i].ToString())) yield return new UsageRow(date, id, BookFields.ReadSum(entries[i + 1]));
                }
            }
            while (cursor != 0);
        }
    }

    internal static IEnumerable<(long Step, long Amount)> Steps(RedisValue value)
    {
        if (value.IsNull) yield break;
        var parts = value.ToString().Split(' ');
        for (var i = 0; i + 1 < parts.Length; i += 2) yield return (long.Parse(parts[i], CultureInfo.InvariantCulture), long.Parse(parts[i + 1], CultureInfo.InvariantCulture));
    }

    private RedisValue[] Arguments(Reservation reservation, DateOnly day, DateTimeOffset now)
    {
        List<RedisValue> values =
        [
            _calendar.StartOf(day).ToUnixTimeMilliseconds(), _calendar.StartOf(day.AddDays(1)).ToUnixTimeMilliseconds(),
            Bookkeeper.TurnKey(reservation.Conversation, reservation.Turn), (long)reservation.Life.TotalMilliseconds,
            keeper.LifeOf(UsageCalendar.MonthOf(day), now), reservation.MayDegrade ? 1 : 0,
        ];
        foreach (var (budget, id, most) in reservation.Claims)
        {
            // The message that reaches the mark is the one that is told so; of money and tokens only what was used before is known.
            var ahead = budget.Measure == BudgetMeasure.Messages ? most : 0;
            values.AddRange(
            [
                BookFields.Claim(budget, id), budget.Limit, most, budget.Measure switch { BudgetMeasure.Messages => 1, BudgetMeasure.Tokens => 2, _ => 3 },
                budget.WarnAt is { } warn ? Math.Max(0, budget.PartOf(warn) - ahead) : -1,
                budget.Degrade is { } degrade ? budget.PartOf(degrade.At) : -1,
                PeriodName(budget, day, now),
            ]);
            if (budget.Period == BudgetPeriod.Window)
            {
                values.AddRange(["q", budget.StepMilliseconds, budget.StepsBack]);
                continue;
            }

            RedisValue[] days = [.. BookFields.Days(budget, id, day)];
            values.AddRange(["c", days.Length, .. days]);
        }

        return [.. values];
    }

    private static string PeriodName(Budget budget, DateOnly day, DateTimeOffset now) => budget.Period switch
    {
        BudgetPeriod.Day => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        BudgetPeriod.Month => day.ToString("yyyyMM", CultureInfo.InvariantCulture),
        _ => (now.ToUnixTimeMilliseconds() / Math.Max(1, (long)budget.Window.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture),
    };

    private ReserveAnswer Answer(RedisResult[] f, Reservation reservation, DateOnly day)
    {
        var outcome = (int)f[0] switch { 1 => ReserveOutcome.Reserved, 2 => ReserveOutcome.Wait, 3 => ReserveOutcome.Spent, _ => ReserveOutcome.Degrade };
        if (outcome == ReserveOutcome.Reserved)
            return new ReserveAnswer(outcome, -1, 0, null, [.. Enumerable.Range(0, (f.Length - 1) / 2).Select(i => ((int)f[1 + (2 * i)], (long)f[2 + (2 * i)]))]);
        var (claim, used) = ((int)f[1], (long)f[2]);
        return new ReserveAnswer(outcome, claim, used, outcome == ReserveOutcome.Spent ? Renews(reservation.Claims[claim], day, (long)f[3]) : null, []);
    }

    private DateTimeOffset? Renews(BudgetClaim claim, DateOnly day, long at)
    {
        if (claim.Most > claim.Budget.Limit) return null;
        return claim.Budget.Period switch
        {
            BudgetPeriod.Day => _calendar.StartOf(day.AddDays(1)),
            BudgetPeriod.Month => _calendar.StartOf(UsageCalendar.MonthOf(day).AddMonths(1)),
            _ => DateTimeOffset.FromUnixTimeMilliseconds(at),
        };
    }
}
