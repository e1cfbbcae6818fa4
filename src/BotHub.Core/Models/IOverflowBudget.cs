namespace BotHub.Core.Models;

/// <summary>What was spent on a model today, for routes with <c>Overflow:CostPerDay</c>.</summary>
public interface IOverflowBudget
{
    /// <summary>In the currency of the price table, since midnight UTC, all hubs together. Reservations that are not settled count.</summary>
    ValueTask<decimal> SpentTodayAsync(string model, CancellationToken cancel);
}

/// <summary>Where nothing has a price.</summary>
public sealed class NoOverflowBudget : IOverflowBudget
{
    public ValueTask<decimal> SpentTodayAsync(string model, CancellationToken cancel) => default;
}
