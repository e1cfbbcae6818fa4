using System.Globalization;

namespace BotHub.Core.Usage;

/// <summary>What people are told about budgets: amounts and times in plain words.</summary>
public static class BudgetTexts
{
    public const string Off = "What you use is not written down here.";
    public const string NoLimit = "No allowance limits you.";

    public static string Spent(UsageSettings settings, BudgetClaim claim, long used, DateTimeOffset? renews, DateTimeOffset now)
    {
        var (budget, whose) = (claim.Budget, Whose(claim.Budget));
        if (renews is not { } at)
            return $"This message could need {Amount(settings, budget, claim.Most)}, and {whose} is {Amount(settings, budget, budget.Limit)} {Per(budget)}. Please shorten it, or start afresh with /reset.";
        var again = $"It is there again in {In(at - now)}, at {settings.Calendar.Tell(at)}.";
        return budget.Measure == BudgetMeasure.Messages || used >= budget.Limit
            ? $"{Capital(whose)} of {Amount(settings, budget, budget.Limit)} {Per(budget)} is used up. {again}"
            : $"Of {whose} of {Amount(settings, budget, budget.Limit)} {Per(budget)}, {Amount(settings, budget, budget.Limit - used)} is left, and this message could need {Amount(settings, budget, claim.Most)}. {again}";
    }

    public static string Occupied(BudgetClaim claim) =>
        $"Other messages that are being answered right now may use up what is left of {Whose(claim.Budget)}. Please try again in a moment.";

    public static string Warning(UsageSettings settings, BudgetClaim claim, long used)
    {
        // The message that this stands behind counts; of money and tokens only what was before it is known.
        var with = claim.Budget.Measure == BudgetMeasure.Messages ? used + 1 : used;
        return $"(So far {Amount(settings, claim.Budget, with)} of {Whose(claim.Budget)} of {Amount(settings, claim.Budget, claim.Budget.Limit)} {Per(claim.Budget)} {(with == 1 ? "is" : "are")} used.)";
    }

    public static string Left(UsageSettings settings, BudgetClaim claim, long used)
    {
        var left = Math.Max(0, claim.Budget.Limit - used);
        return claim.Budget.Scope is UsageScope.User or UsageScope.Group
            ? $"{Capital(Whose(claim.Budget))}: {Amount(settings, claim.Budget, left)} of {Amount(settings, claim.Budget, claim.Budget.Limit)} {Per(claim.Budget)} left"
            // What others spend is nobody's business.
            : $"{Capital(Whose(claim.Budget))}: {100 * (decimal)left / claim.Budget.Limit:0} % {Per(claim.Budget)} left";
    }

    public static string Sum(UsageSettings settings, UsageSum sum) =>
        $"{Count(sum.Turns, "message")}, {Count(sum.Tokens, "token")}{(settings.Prices.Count > 0 ? $", {Money(settings, sum.Nanos)}" : "")}";

    /// <summary>A time to come, rounded up to its larger units.</summary>
    public static string In(TimeSpan time)
    {
        if (time <= TimeSpan.FromMinutes(1)) return "a minute";
        var minutes = (long)Math.Ceiling(time.TotalMinutes);
        if (minutes < 60) return Count(minutes, "minute");
        var (hours, rest) = (minutes / 60, minutes % 60);
        if (hours < 24) return rest == 0 ? Count(hours, "hour") : $"{Count(hours, "hour")} and {Count(rest, "minute")}";
        var days = Math.DivRem(hours + (rest > 0 ? 1 : 0), 24, out var over);
        return over == 0 ? Count(days, "day") : $"{Count(days, "day")} and {Count(over, "hour")}";
    }

    private static string Whose(Budget budget) => budget.Scope switch
    {
        UsageScope.User => "your allowance",
        UsageScope.Group => "this group's allowance",
        _ => "the shared allowance",
    };

    private static string Per(Budget budget) => budget.Period switch
    {
        BudgetPeriod.Day => "a day",
        BudgetPeriod.Month => "a month",
        _ => $"in {In(budget.Window)}",
    };

    private static string Amount(UsageSettings settings, Budget budget, long amount) => budget.Measure switch
    {
        BudgetMeasure.Messages => Count(amount, "message"),
        BudgetMeasure.Tokens => Count(amount, "token"),
        _ => Money(settings, amount),
    };

    /// <summary>Cents where that tells enough, more digits for small sums.</summary>
    public static string Money(UsageSettings settings, long nanos)
    {
        var amount = nanos / Price.Nanos;
        return string.Create(CultureInfo.InvariantCulture, $"{(amount is 0 or >= 1 ? amount.ToString("#,##0.00", CultureInfo.InvariantCulture) : amount.ToString("0.00####", CultureInfo.InvariantCulture))} {settings.Currency}");
    }

    private static string Count(long n, string what) => string.Create(CultureInfo.InvariantCulture, $"{n:N0} {what}{(n == 1 ? "" : "s")}");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
