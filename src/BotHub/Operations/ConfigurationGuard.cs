using System.Reflection;
using BotHub.Channels.Web;
using BotHub.Configuration;
using BotHub.Core.Context;
using BotHub.Core.Pipeline;
using BotHub.Storage;
using BotHub.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Operations;

/// <summary>
/// Refuses to start with a key that nobody reads, because a misspelt setting looks exactly like one that works. It looks at the
/// hub's own sections only; <c>Models</c>, <c>Prompts</c>, <c>Prices</c>, <c>Budgets</c> and <c>Channels:Telegram</c>, whose keys depend on their values, check themselves.
/// </summary>
internal sealed class ConfigurationGuard(IConfiguration configuration) : IValidateOptions<ConfigurationGuard.Verdict>
{
    /// <summary>Holds nothing: it makes the check run with all the others at start.</summary>
    public sealed class Verdict;

    /// <summary>The sections that the binder fills, and what with.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Options = new Dictionary<string, Type>
    {
        [PipelineOptions.Section] = typeof(PipelineOptions),
        [ContextOptions.Section] = typeof(ContextOptions),
        [StorageOptions.Section] = typeof(StorageOptions),
        [WebOptions.Section] = typeof(WebOptions),
        [UsageOptions.Section] = typeof(UsageOptions),
    };

    /// <summary>Every section of the hub's with the keys it may have.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Known = new Dictionary<string, IReadOnlyList<string>>(
        Options.Select(o => KeyValuePair.Create<string, IReadOnlyList<string>>(o.Key, [.. PropertiesOf(o.Value).Select(p => p.Name)])))
    {
        ["Channels"] = ["Web", "Telegram"],
        [SecretFiles.Section] = [SecretFiles.DirectoryKey],
        ["ConnectionStrings"] = [StorageOptions.ConnectionName],
    };

    /// <summary>Sections that check themselves.</summary>
    public static readonly IReadOnlyList<string> Dynamic = ["Models", "Prompts", "Prices", "Budgets"];

    public ValidateOptionsResult Validate(string? name, Verdict options)
    {
        var errors = MisspeltSections().Concat(UnknownKeys()).ToList();
        if (SecretFiles.Error(configuration) is { } error) errors.Add(error);
        errors.AddRange(WrongAddresses());
        errors.AddRange(Telemetry.Errors(configuration));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What the binder fills: public properties one can set.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod?.IsPublic == true);

    private IEnumerable<string> WrongAddresses() =>
        from address in (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        where !IsAddress(address)
        select $"{WebHostDefaults.ServerUrlsKey} has '{address}'; write scheme, host and port, such as http://localhost:5000, and a semicolon between several.";

    private static bool IsAddress(string text)
    {
        try
        {
            return BindingAddress.Parse(text) is { Scheme: "http" or "https", Port: >= 0 and <= 65535 };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private IEnumerable<string> UnknownKeys() =>
        from section in Known
        from child in configuration.GetSection(section.Key).GetChildren()
        where !section.Value.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        select $"{child.Path} is not known: use {section.Key}:{Nearest(child.Key, section.Value).Key}, or remove it. Known are {string.Join(", ", section.Value)}.";

    /// <summary>The environment is full of strangers' variables, so only a near miss that has keys of its own counts.</summary>
    private IEnumerable<string> MisspeltSections()
    {
        List<string> ours = [.. Known.Keys.Where(k => !k.Contains(':', StringComparison.Ordinal)), .. Dynamic];
        foreach (var child in configuration.GetChildren())
        {
            if (ours.Contains(child.Key, StringComparer.OrdinalIgnoreCase) || !child.GetChildren().Any()) continue;
            var (key, distance) = Nearest(child.Key, ours);
            if (distance <= 2) yield return $"Section {child.Key} is not known: did you mean {key}?";
        }
    }

    private static (string Key, int Distance) Nearest(string key, IReadOnlyList<string> known) =>
        known.Select(k => (Key: k, Distance: Distance(key.ToUpperInvariant(), k.ToUpperInvariant()))).MinBy(k => k.Distance);

    /// <summary>Levenshtein's: how many letters one must add, remove or replace.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

internal static class ConfigurationGuardSetup
{
    public static void AddConfigurationGuard(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ConfigurationGuard.Verdict>, ConfigurationGuard>();
        services.AddOptions<ConfigurationGuard.Verdict>().ValidateOnStart();
    }
}
