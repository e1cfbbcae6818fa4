using BotHub.Core.Models;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Usage;

/// <summary>Which budgets a turn touches, and what it may take from each at most.</summary>
internal static class TurnClaims
{
    /// <param name="longest">The longest a call may take, for models that are paid by time.</param>
    public static IReadOnlyList<BudgetClaim> Of(Turn turn, Payer payer, UsageSettings settings, TimeSpan longest)
    {
        List<BudgetClaim> claims = [];
        Dictionary<string, (long Tokens, long Nanos)>? most = null;
        foreach (var budget in settings.Budgets)
        {
            if (budget.Scope == UsageScope.Model)
            {
                foreach (var model in turn.Candidates)
                    if (budget.Matches(model.Name)) claims.Add(new BudgetClaim(budget, model.Name, Most(budget, Costs()[model.Name])));
            }
            else if (payer.IdOf(budget.Scope) is { } id && budget.Matches(id))
            {
                // Whichever candidate answers in the end: the dearest.
                claims.Add(new BudgetClaim(budget, id, budget.Measure == BudgetMeasure.Messages ? 1 : Costs().Values.Max(c => Most(budget, c))));
            }
        }

        return claims;

        Dictionary<string, (long Tokens, long Nanos)> Costs() => most ??= Count(turn, settings, longest);
    }

    private static long Most(Budget budget, (long Tokens, long Nanos) cost) => budget.Measure switch
    {
        BudgetMeasure.Messages => 1,
        BudgetMeasure.Tokens => cost.Tokens,
        _ => cost.Nanos,
    };

    private static Dictionary<string, (long Tokens, long Nanos)> Count(Turn turn, UsageSettings settings, TimeSpan longest)
    {
        Dictionary<string, (long, long)> costs = new(StringComparer.Ordinal);
        var first = turn.Candidates[0];
        // The first one last, so that it is the one in use afterwards.
        foreach (NamedModel model in turn.Candidates.Skip(1).Append(first))
        {
            var window = turn.Use(model);
            var nanos = settings.PriceOf(model.Name).Of(new Consumption(window.Tokens, 0, window.Reserved, longest));
            costs[model.Name] = (window.Tokens + window.Reserved, nanos);
        }

        return costs;
    }
}
