namespace BotHub.Core.Usage;

/// <summary>What the sections <c>Usage</c>, <c>Prices</c> and <c>Budgets</c> say.</summary>
/// <param name="Enabled">Whether anything is written down. Without it there are no budgets either.</param>
/// <param name="Currency">A label, such as <c>EUR</c>.</param>
/// <param name="Keep">How long the books of a month are kept after its end.</param>
/// <param name="Wait">How long a turn waits for others that may use up what is left of a budget.</param>
/// <param name="Prices">By model; a model that is missing costs nothing.</param>
/// <param name="Exempt">Whom no budget stops: users as <c>channel:id</c>.</param>
public sealed record UsageSettings(
    bool Enabled,
    string Currency,
    UsageCalendar Calendar,
    TimeSpan Keep,
    TimeSpan Wait,
    IReadOnlyDictionary<string, Price> Prices,
    IReadOnlyList<Budget> Budgets,
    IReadOnlySet<string> Exempt)
{
    public static readonly UsageSettings Off = new(
        false, "EUR", new UsageCalendar(TimeZoneInfo.Utc), TimeSpan.FromDays(400), TimeSpan.FromSeconds(15), new Dictionary<string, Price>(), [], new HashSet<string>());

    public Price PriceOf(string model) => Prices.GetValueOrDefault(model, Price.Free);
}
