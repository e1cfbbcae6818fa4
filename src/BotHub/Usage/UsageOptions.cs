using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Section <c>Usage</c>: what is written down of people's use, and who may read it.</summary>
public sealed class UsageOptions
{
    public const string Section = "Usage";

    /// <summary>Whether anything is written down. Without it there are no budgets either.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The currency that <c>Prices</c> and <c>Budgets</c> are in: a label.</summary>
    public string Currency { get; set; } = "EUR";

    /// <summary>Where days and months begin: an IANA name such as <c>Europe/Vienna</c>.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>How long the books of a month are kept after its end.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(400);

    /// <summary>How long a turn waits for others that may use up what is left of a budget.</summary>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Opens <c>GET /api/usage</c>, which is not there without it.</summary>
    public string? ApiKey { get; set; }
}

internal sealed class UsageOptionsValidator : IValidateOptions<UsageOptions>
{
    /// <summary>Shorter keys can be guessed.</summary>
    public const int ShortestKey = 20;

    public ValidateOptionsResult Validate(string? name, UsageOptions o)
    {
        List<string> errors = [];
        if (o.Currency is not { Length: >= 1 and <= 8 } || o.Currency.Any(c => !char.IsLetterOrDigit(c) && !char.IsSymbol(c)))
            Add(nameof(o.Currency), o.Currency, "use 1 to 8 letters or symbols, such as EUR");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(o.TimeZone ?? "", out _)) Add(nameof(o.TimeZone), o.TimeZone, "use a name of the time zone database, such as UTC or Europe/Vienna");
        if (o.Keep < TimeSpan.FromDays(40) || o.Keep > TimeSpan.FromDays(3650)) Add(nameof(o.Keep), o.Keep, "use 40 to 3650 days");
        if (o.Wait < TimeSpan.Zero || o.Wait > TimeSpan.FromMinutes(2)) Add(nameof(o.Wait), o.Wait, "use zero to two minutes");
        // A secret is never repeated, not even a wrong one.
        if (!string.IsNullOrEmpty(o.ApiKey) && (o.ApiKey.Length < ShortestKey || o.ApiKey.Any(c => c is <= ' ' or > '~')))
            Add(nameof(o.ApiKey), "***", $"use at least {ShortestKey} printable ASCII characters without spaces, such as `openssl rand -hex 32` gives, or leave it out");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Add(string key, object? value, string fix) => errors.Add(FormattableString.Invariant($"{UsageOptions.Section}:{key} is '{value}': {fix}."));
    }
}
