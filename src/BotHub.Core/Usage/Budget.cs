namespace BotHub.Core.Usage;

/// <summary>Whose use is added up.</summary>
public enum UsageScope
{
    User,
    Group,
    Channel,
    Tenant,
    Model,
}

/// <summary>What a budget is counted in.</summary>
public enum BudgetMeasure
{
    /// <summary>Answered messages.</summary>
    Messages,
    /// <summary>Tokens of prompts and answers.</summary>
    Tokens,
    /// <summary>Billionths of the currency's unit.</summary>
    Money,
}

public enum BudgetPeriod
{
    Day,
    Month,
    /// <summary>The time before now, as long as <see cref="Budget.Window"/>.</summary>
    Window,
}

/// <summary>What somebody or something may use in a period. Each person, group, channel, tenant or model that it matches has one of their own.</summary>
/// <param name="Name">Its name in the section <c>Budgets</c>.</param>
/// <param name="Match">Whom it is for, as ids or with <c>*</c> at the end; empty for all.</param>
/// <param name="WarnAt">The part of it, from 0 to 1, at which people are told once; null for never.</param>
/// <param name="Degrade">What happens before it is used up; null for nothing.</param>
public sealed record Budget(
    string Name, UsageScope Scope, BudgetMeasure Measure, long Limit, BudgetPeriod Period, TimeSpan Window, IReadOnlyList<string> Match, double? WarnAt, BudgetDegrade? Degrade)
{
    /// <summary>A sliding window is counted in so many steps: use is held against somebody up to one step longer than the window.</summary>
    public const int Steps = 60;

    /// <summary>The longest sliding window: the books of two months hold it.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(27);

    public long StepMilliseconds => Math.Max(1000, (long)Math.Ceiling(Window.TotalMilliseconds / Steps));

    /// <summary>Steps that count beside the one that is now.</summary>
    public int StepsBack => (int)Math.Ceiling(Window.TotalMilliseconds / StepMilliseconds);

    public bool Matches(string id) => Match.Count == 0 || Match.Any(m => m.EndsWith('*') ? id.AsSpan().StartsWith(m.AsSpan(0, m.Length - 1), StringComparison.OrdinalIgnoreCase) : m.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>A part of the limit, rounded up.</summary>
    public long PartOf(double part) => (long)Math.Ceiling((decimal)part * Limit);
}

/// <param name="At">The part of the budget, from 0 to 1, from which on another model answers.</param>
/// <param name="Model">A cheaper one.</param>
public sealed record BudgetDegrade(double At, string Model);
