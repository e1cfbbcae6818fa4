using BotHub.Configuration;
using BotHub.Core.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Section <c>Prices</c>: a subsection for each model that costs something.</summary>
internal sealed class PricesOptions
{
    public const string Section = "Prices";

    public IReadOnlyDictionary<string, Price> Prices { get; private set; } = new Dictionary<string, Price>();

    /// <summary>What is wrong with the section; the validator reports it.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Fills the options; everything wrong ends in <see cref="Errors"/>.</summary>
    public void Read(IConfigurationSection section)
    {
        List<string> errors = [];
        Dictionary<string, Price> prices = new(StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (child.Value is not null && !child.GetChildren().Any())
            {
                errors.Add($"{child.Path} = '{child.Value}' is no price: use {Section}:MODEL:Prompt and the like.");
                continue;
            }

            var reader = new SectionReader(child, errors);
            var prompt = Read(nameof(Price.Prompt), 0);
            prices[child.Key] = new Price(prompt, Read(nameof(Price.CachedPrompt), prompt), Read(nameof(Price.Completion), 0), Read(nameof(Price.Image), 0), Read(nameof(Price.AudioMinute), 0), Read(nameof(Price.GpuHour), 0));
            reader.RefuseOtherKeys();

            decimal Read(string key, decimal otherwise) => reader.Decimal(key, otherwise, 0, Price.Most);
        }

        (Prices, Errors) = (prices, errors);
    }
}

/// <summary>Refuses to start with a wrong section <c>Prices</c>: all errors at once.</summary>
internal sealed class PricesOptionsValidator : IValidateOptions<PricesOptions>
{
    public ValidateOptionsResult Validate(string? name, PricesOptions options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
}
