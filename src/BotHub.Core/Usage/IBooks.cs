using BotHub.Core.Conversations;

namespace BotHub.Core.Usage;

/// <summary>
/// What everybody used, day by day, for all nodes. Committed turns reach it exactly once. All calls but <see cref="Committed"/> may throw
/// <see cref="StoreUnavailableException"/>. Days are the store's, in the operator's time zone: no node's clock matters.
/// </summary>
public interface IBooks
{
    /// <summary>
    /// Keeps what a turn may use at most free in all budgets that concern it, in one atomic step, or in none of them. Repeated for the same
    /// turn it takes the place of the first; it ends by itself when its node dies.
    /// </summary>
    Task<ReserveAnswer> ReserveAsync(Reservation reservation, CancellationToken cancel);

    /// <summary>
    /// A turn is committed: what it used goes to the books soon, and what was kept free for it is free again. Never waits. Without it the same
    /// happens a little later.
    /// </summary>
    void Committed(ConversationId conversation, string turn, string tenant, bool used);

    /// <summary>Books now what a conversation's turns have used.</summary>
    Task SettleAsync(ConversationId conversation, CancellationToken cancel);

    /// <summary>What is used of budgets.</summary>
    Task<IReadOnlyList<long>> ReadSpentAsync(string tenant, IReadOnlyList<BudgetClaim> claims, CancellationToken cancel);

    /// <summary>What somebody used today and this month.</summary>
    Task<UsageNow> ReadAsync(string tenant, UsageScope scope, string id, CancellationToken cancel);

    /// <summary>All tenants with books.</summary>
    Task<IReadOnlyList<string>> ReadTenantsAsync(CancellationToken cancel);

    /// <summary>Each day's use of each of a scope, month by month, in no order within a month.</summary>
    IAsyncEnumerable<UsageRow> ListAsync(string tenant, UsageScope by, DateOnly from, DateOnly to, CancellationToken cancel);
}

/// <summary>Sums of use.</summary>
/// <param name="Turns">Answered messages; for a model, its calls.</param>
/// <param name="PromptTokens">The cached ones included.</param>
/// <param name="Nanos">Money, in billionths of the currency's unit.</param>
/// <param name="Milliseconds">Time of calls.</param>
public readonly record struct UsageSum(long Turns, long PromptTokens, long CachedTokens, long CompletionTokens, long Nanos, long Milliseconds)
{
    public long Tokens => PromptTokens + CompletionTokens;

    public static UsageSum operator +(UsageSum a, UsageSum b) => new(
        a.Turns + b.Turns, a.PromptTokens + b.PromptTokens, a.CachedTokens + b.CachedTokens, a.CompletionTokens + b.CompletionTokens, a.Nanos + b.Nanos, a.Milliseconds + b.Milliseconds);

    public long Of(BudgetMeasure measure) => measure switch
    {
        BudgetMeasure.Messages => Turns,
        BudgetMeasure.Tokens => Tokens,
        _ => Nanos,
    };
}

public sealed record UsageNow(DateOnly Day, UsageSum Today, UsageSum Month);

public sealed record UsageRow(DateOnly Day, string Id, UsageSum Sum);

/// <summary>One budget that a turn touches.</summary>
/// <param name="Id">Whose: the id of the budget's scope.</param>
/// <param name="Most">What the turn may use of it at most, in the budget's measure.</param>
public sealed record BudgetClaim(Budget Budget, string Id, long Most);

/// <param name="Turn">The same for each try of the turn.</param>
/// <param name="Life">After this time it no longer counts: the longest that a turn can take.</param>
/// <param name="MayDegrade">Whether to answer <see cref="ReserveOutcome.Degrade"/> where a budget asks for it.</param>
public sealed record Reservation(string Tenant, ConversationId Conversation, string Turn, TimeSpan Life, IReadOnlyList<BudgetClaim> Claims, bool MayDegrade);

public enum ReserveOutcome
{
    /// <summary>Kept free.</summary>
    Reserved,
    /// <summary>Only what is kept free for other turns stands in the way: they may need less.</summary>
    Wait,
    /// <summary>A budget does not hold it.</summary>
    Spent,
    /// <summary>A budget wants a cheaper model from here on.</summary>
    Degrade,
}

/// <param name="Claim">The claim that stands in the way or wants a cheaper model; -1 for none.</param>
/// <param name="Used">What is used of its budget, reservations not counted.</param>
/// <param name="Renews">When enough of it will be there again; null when reservations alone are in the way.</param>
/// <param name="Warn">Claims whose people are to be told now how far they are, with what is used of each.</param>
public sealed record ReserveAnswer(ReserveOutcome Outcome, int Claim, long Used, DateTimeOffset? Renews, IReadOnlyList<(int Claim, long Used)> Warn);
