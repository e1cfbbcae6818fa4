using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The fields of a month's books, and what they hold.</summary>
internal static class BookFields
{
    public static string Day(int day, UsageScope scope, string id) => string.Create(CultureInfo.InvariantCulture, $"{day:D2}{Letter(scope)}:{id}");

    /// <summary>The pattern of all fields of a scope, and nothing else's: all others begin with a letter.</summary>
    public static string AllOf(UsageScope scope) => $"[0-9][0-9]{Letter(scope)}:*";

    /// <summary>Day of the month and id of a field that <see cref="Day"/> named.</summary>
    public static (int Day, string Id) Read(string field) => (int.Parse(field.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture), field[4..]);

    public static string Claim(Budget budget, string id) => $"{budget.Name}:{id}";

    public static string Window(Budget budget, string id) => $"q:{Claim(budget, id)}";

    public static string Mark(ConversationId conversation) => $"w:{conversation.Value}";

    /// <summary>The field of <see cref="Budget"/>'s use of one period that is no window: the days to add up.</summary>
    public static IEnumerable<RedisValue> Days(Budget budget, string id, DateOnly today)
    {
        for (var day = budget.Period == BudgetPeriod.Day ? today : UsageCalendar.MonthOf(today); day <= today; day = day.AddDays(1)) yield return Day(day.Day, budget.Scope, id);
    }

    public static string Write(UsageSum s) => string.Create(CultureInfo.InvariantCulture, $"{s.Turns} {s.PromptTokens} {s.CachedTokens} {s.CompletionTokens} {s.Nanos} {s.Milliseconds}");

    public static string WriteMark(long epoch, long mail) => string.Create(CultureInfo.InvariantCulture, $"{epoch} {mail}");

    /// <summary>Before all records where the field is missing.</summary>
    public static (long Epoch, long Mail) ReadMark(RedisValue value)
    {
        if (value.IsNull) return (-1, -1);
        var text = value.ToString();
        var space = text.IndexOf(' ');
        return (long.Parse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture), long.Parse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>Nothing where the field is missing.</summary>
    public static UsageSum ReadSum(RedisValue value)
    {
        if (value.IsNull) return default;
        Span<long> n = stackalloc long[6];
        var i = 0;
        var text = value.ToString().AsSpan();
        foreach (var part in text.Split(' '))
            if (i < n.Length) n[i++] = long.Parse(text[part], NumberStyles.None, CultureInfo.InvariantCulture);
        return new UsageSum(n[0], n[1], n[2], n[3], n[4], n[5]);
    }

    private static char Letter(UsageScope scope) => scope switch
    {
        UsageScope.User => 'u',
        UsageScope.Group => 'g',
        UsageScope.Channel => 'c',
        UsageScope.Tenant => 't',
        _ => 'm',
    };
}
