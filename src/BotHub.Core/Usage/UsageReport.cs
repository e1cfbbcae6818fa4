using BotHub.Core.Pipeline;

namespace BotHub.Core.Usage;

/// <summary>What <c>/usage</c> tells a person: their own use, and what is left of what concerns them.</summary>
public sealed class UsageReport(UsageSettings settings, IBooks books)
{
    public async Task<string> TellAsync(Turn turn)
    {
        if (!settings.Enabled) return BudgetTexts.Off;
        var payer = Payer.Of(turn);
        await books.SettleAsync(turn.Conversation, turn.Cancel);
        var own = await books.ReadAsync(payer.Tenant, UsageScope.User, payer.User, turn.Cancel);
        List<string> lines = [$"- Today: {BudgetTexts.Sum(settings, own.Today)}", $"- This month: {BudgetTexts.Sum(settings, own.Month)}"];
        if (settings.Exempt.Contains(payer.User)) return string.Join('\n', [.. lines, $"- {BudgetTexts.NoLimit}"]);

        List<BudgetClaim> claims = [];
        foreach (var budget in settings.Budgets)
            if (payer.IdOf(budget.Scope) is { } id && budget.Matches(id)) claims.Add(new BudgetClaim(budget, id, 0));
        var used = await books.ReadSpentAsync(payer.Tenant, claims, turn.Cancel);
        return string.Join('\n', lines.Concat(claims.Select((c, i) => $"- {BudgetTexts.Left(settings, c, used[i])}")));
    }
}
