using System.Globalization;
using BotHub.Configuration;
using BotHub.Core.Usage;

namespace BotHub.Usage;

/// <summary>Reads the section of one budget and checks it.</summary>
internal static class BudgetReader
{
    /// <summary>The most that a budget may hold: far more than anybody has, and the store still adds it up exactly.</summary>
    private const long Most = 1_000_000_000_000;

    private const decimal MostMoney = 1_000_000;

    /// <returns>Null when something is wrong.</returns>
    public static Budget? Read(IConfigurationSection section, List<string> errors)
    {
        var before = errors.Count;
        var reader = new SectionReader(section, errors);
        var scope = reader.Choice("Scope", UsageScope.User);
        var (measure, limit) = Limit(reader);
        var (period, window) = Period(reader);
        var degrade = Degrade(section.GetSection("Degrade").Exists(), reader.Section("Degrade"));
        var warn = reader.Decimal("WarnAt", 0.8m, 0, 1);
        var budget = new Budget(section.Key, scope, measure, limit, period, window, reader.List("Match"), warn == 0 ? null : (double)warn, degrade);
        reader.RefuseOtherKeys();
        return errors.Count > before ? null : budget;
    }

    private static (BudgetMeasure, long) Limit(SectionReader reader)
    {
        var (messages, tokens, money) = (reader.Whole("Messages", 0, 1, Most), reader.Whole("Tokens", 0, 1, Most), reader.Decimal("Money", 0, 0.000001m, MostMoney));
        var set = new[] { reader.Text("Messages"), reader.Text("Tokens"), reader.Text("Money") }.Count(t => t is not null);
        if (set != 1) reader.Error("Money", reader.Text("Money") ?? "", "must be set, or Tokens, or Messages instead, and only one of the three: make a budget of each");
        return reader.Text("Messages") is not null ? (BudgetMeasure.Messages, messages)
            : reader.Text("Tokens") is not null ? (BudgetMeasure.Tokens, tokens)
            : (BudgetMeasure.Money, (long)(money * Price.Nanos));
    }

    private static (BudgetPeriod, TimeSpan) Period(SectionReader reader)
    {
        var text = reader.Text("Per") ?? "Month";
        if (text.Equals("Day", StringComparison.OrdinalIgnoreCase)) return (BudgetPeriod.Day, default);
        if (text.Equals("Month", StringComparison.OrdinalIgnoreCase)) return (BudgetPeriod.Month, default);
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var window) && window >= TimeSpan.FromMinutes(1) && window <= Budget.LongestWindow) return (BudgetPeriod.Window, window);
        reader.Error("Per", text, $"is no period: use Day, Month, or a time from 00:01:00 to {Budget.LongestWindow:c}, such as 03:00:00");
        return (BudgetPeriod.Month, default);
    }

    private static BudgetDegrade? Degrade(bool there, SectionReader reader)
    {
        if (!there) return null;
        var at = reader.Decimal("At", 0.9m, 0, 1);
        var model = reader.Text("Model");
        if (model is null) reader.Error("Model", "", "is missing: name the cheaper model that answers from there on");
        reader.RefuseOtherKeys();
        return model is null ? null : new BudgetDegrade((double)at, model);
    }
}
