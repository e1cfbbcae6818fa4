namespace BotHub.Core.Models;

/// <summary>What was spent on a model today, for routes with <c>Overflow:CostPerDay</c>.</summary>
public interface IOverflowBudget
{
    /// <summary>In the currency of the price table, since midnight in the books' time zone, all hubs and tenants together; late by about a second.</summary>
    ValueTask<decimal> SpentTodayAsync(string model, CancellationToken cancel);
}
