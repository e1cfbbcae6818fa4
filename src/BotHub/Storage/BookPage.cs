using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// What some records add to one month of a tenant's books, added up before the store sees it: an amount for each field that they touch, and
/// for each conversation the mark that it moves on, from what it is now to its newest record here.
/// </summary>
/// <param name="marks">The conversations' marks as they are in the books.</param>
internal sealed class BookPage(UsageSettings settings, IReadOnlyDictionary<ConversationId, RedisValue> marks)
{
    /// <summary>What one script takes at most: Lua hands a call a few thousand arguments, and others wait while it runs.</summary>
    private const int MostFields = 1000, MostRecords = 1000;

    private readonly Dictionary<ConversationId, (long Epoch, long Mail)> _newest = [];
    private readonly Dictionary<(int Day, UsageScope Scope, string Id), UsageSum> _sums = [];
    private readonly Dictionary<(Budget Budget, string Id), SortedDictionary<long, long>> _windows = [];
    private readonly HashSet<string> _turns = new(StringComparer.Ordinal);
    private int _records;

    public bool Full => _records >= MostRecords || _newest.Count + _sums.Count + _windows.Count >= MostFields;

    /// <summary>Adds a record; one that is in the books already counts for nothing.</summary>
    public void Add(ConversationId conversation, StoredUsage record)
    {
        _records++;
        // Without budgets nothing was kept free.
        if (settings.Budgets.Count > 0) _turns.Add(Bookkeeper.TurnKey(conversation, $"t{record.Mail}"));
        var mark = (record.Epoch, record.Mail);
        if (mark.CompareTo(_newest.TryGetValue(conversation, out var newest) ? newest : BookFields.ReadMark(marks[conversation])) <= 0) return;
        _newest[conversation] = mark;

        var usage = record.Usage;
        var day = settings.Calendar.DayOf(record.At).Day;
        var whole = new UsageSum(usage.Answered ? 1 : 0, 0, 0, 0, 0, 0);
        foreach (var line in usage.Lines)
        {
            var call = new UsageSum(1, line.PromptTokens, line.CachedTokens, line.CompletionTokens, line.Nanos, line.Milliseconds);
            whole += call with { Turns = 0 };
            Add(UsageScope.Model, line.Model, call);
        }

        Add(UsageScope.User, usage.User, whole);
        if (usage.Group is { } group) Add(UsageScope.Group, group, whole);
        Add(UsageScope.Channel, conversation.Channel, whole);
        Add(UsageScope.Tenant, usage.Tenant, whole);

        void Add(UsageScope scope, string id, UsageSum sum)
        {
            _sums[(day, scope, id)] = _sums.GetValueOrDefault((day, scope, id)) + sum;
            foreach (var budget in settings.Budgets)
            {
                if (budget.Period != BudgetPeriod.Window || budget.Scope != scope || !budget.Matches(id) || sum.Of(budget.Measure) is not (> 0 and var amount)) continue;
                var steps = _windows.TryGetValue((budget, id), out var known) ? known : _windows[(budget, id)] = [];
                var step = record.At.ToUnixTimeMilliseconds() / budget.StepMilliseconds;
                steps[step] = steps.GetValueOrDefault(step) + amount;
            }
        }
    }

    /// <summary>For the script that books it.</summary>
    /// <param name="life">Milliseconds after which the month's books expire.</param>
    public RedisValue[] Arguments(long life)
    {
        List<RedisValue> values = [life, _turns.Count, .. _turns, _newest.Count];
        foreach (var (conversation, (epoch, mail)) in _newest) values.AddRange([BookFields.Mark(conversation), Known(marks[conversation]), BookFields.WriteMark(epoch, mail)]);
        foreach (var ((day, scope, id), sum) in _sums) values.AddRange([BookFields.Day(day, scope, id), BookFields.Write(sum)]);
        foreach (var ((budget, id), steps) in _windows)
            values.AddRange([BookFields.Window(budget, id), string.Join(' ', steps.SelectMany(s => new[] { s.Key, s.Value }).Prepend(budget.StepsBack))]);
        return [.. values];
    }

    private static RedisValue Known(RedisValue mark) => mark.IsNull ? "" : mark;
}
