using BotHub.Configuration;
using BotHub.Core.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Section <c>Budgets</c>: <c>Exempt</c>, and a subsection for each budget.</summary>
internal sealed class BudgetsOptions
{
    public const string Section = "Budgets";
    public const string ExemptKey = "Exempt";

    public IReadOnlyList<Budget> Budgets { get; private set; } = [];

    /// <summary>Whom no budget stops: users as <c>channel:id</c>.</summary>
    public IReadOnlySet<string> Exempt { get; private set; } = new HashSet<string>();

    /// <summary>What is wrong with the section; the validator reports it.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Fills the options; everything wrong ends in <see cref="Errors"/>.</summary>
    public void Read(IConfigurationSection section)
    {
        List<string> errors = [];
        List<Budget> budgets = [];
        var own = new SectionReader(section, errors);
        HashSet<string> exempt = [.. own.List(ExemptKey)];
        foreach (var user in exempt)
            if (user.IndexOf(':', StringComparison.Ordinal) < 1) own.Error(ExemptKey, user, "is nobody: use CHANNEL:ID, such as telegram:123456");
        foreach (var child in section.GetChildren())
            if (!child.Key.Equals(ExemptKey, StringComparison.OrdinalIgnoreCase) && BudgetReader.Read(child, errors) is { } budget) budgets.Add(budget);
        (Budgets, Exempt, Errors) = (budgets, exempt, errors);
    }
}

/// <summary>Refuses to start with a wrong section <c>Budgets</c>: all errors at once.</summary>
internal sealed class BudgetsOptionsValidator : IValidateOptions<BudgetsOptions>
{
    public ValidateOptionsResult Validate(string? name, BudgetsOptions options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
}
