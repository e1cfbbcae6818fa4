using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;

namespace BotHub.Storage;

/// <summary>What one record adds to the fields of its month.</summary>
internal static class BookEntry
{
    public static IReadOnlyList<(string Field, string Amount)> Of(ConversationId conversation, StoredUsage record, UsageSettings settings)
    {
        var usage = record.Usage;
        var day = settings.Calendar.DayOf(record.At);
        var whole = new UsageSum(usage.Answered ? 1 : 0, 0, 0, 0, 0, 0);
        List<(UsageScope Scope, string Id, UsageSum Sum)> sums = [];
        foreach (var model in usage.Lines.GroupBy(l => l.Model, StringComparer.Ordinal))
        {
            var sum = model.Aggregate(default(UsageSum), (s, l) => s + new UsageSum(1, l.PromptTokens, l.CachedTokens, l.CompletionTokens, l.Nanos, l.Milliseconds));
            whole += sum with { Turns = 0 };
            sums.Add((UsageScope.Model, model.Key, sum));
        }

        sums.Add((UsageScope.User, usage.User, whole));
        if (usage.Group is { } group) sums.Add((UsageScope.Group, group, whole));
        sums.Add((UsageScope.Channel, conversation.Channel, whole));
        sums.Add((UsageScope.Tenant, usage.Tenant, whole));

        List<(string, string)> entry = [];
        foreach (var (scope, id, sum) in sums)
        {
            entry.Add((BookFields.Day(day, scope, id), BookFields.Write(sum)));
            foreach (var budget in settings.Budgets)
                if (budget.Period == BudgetPeriod.Window && budget.Scope == scope && budget.Matches(id) && sum.Of(budget.Measure) is > 0 and var amount)
                    entry.Add((BookFields.Window(budget, id), string.Create(CultureInfo.InvariantCulture, $"{record.At.ToUnixTimeMilliseconds() / budget.StepMilliseconds} {amount} {budget.StepsBack}")));
        }

        return entry;
    }
}
