using BotHub.Configuration;
using BotHub.Models.Echo;
using BotHub.Models.Limits;
using BotHub.Models.Remote;
using Microsoft.Extensions.Options;

namespace BotHub.Models;

/// <summary>
/// The section <c>Models</c>: <c>Default</c>, <c>Directory</c>, and one subsection for each model. Three models need no
/// configuration: <c>eliza</c>, <c>echo</c>, and <c>local</c> (type llama) as long as it is the default or a route names it.
/// </summary>
internal sealed class ModelsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Models";

    /// <summary>The model of everyone who names none.</summary>
    public string Default { get; private set; } = LocalName;

    /// <summary>Where downloads go; null means the user's cache folder.</summary>
    public string? Directory { get; private set; }

    /// <summary>The models by name, upper and lower case alike.</summary>
    public IReadOnlyDictionary<string, ModelEntry> Entries { get; private set; } = new Dictionary<string, ModelEntry>();

    /// <summary>The models behind each route.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Chains { get; private set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What is wrong with the section; the validator reports it.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    private const string LocalName = "local";

    /// <summary>Every type of model; a new type adds its entry record here and a factory in <c>AddModels</c>.</summary>
    private static readonly Dictionary<string, Func<string, SectionReader, ModelEntry>> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [LlamaEntry.LlamaType] = LlamaEntry.Read,
        [RemoteEntry.AzureType] = RemoteEntryReader.ReadAzure,
        [RemoteEntry.CompatibleType] = RemoteEntryReader.ReadCompatible,
        [ElizaEntry.ElizaType] = ElizaEntry.Read,
        [EchoEntry.EchoType] = EchoEntry.Read,
        [RouteEntry.RouteType] = RouteEntry.Read,
    };

    /// <summary>Fills the options from the section <c>Models</c>; everything wrong ends in <see cref="Errors"/>.</summary>
    public void Read(IConfigurationSection section)
    {
        var errors = new List<string>();
        var entries = new Dictionary<string, ModelEntry>(StringComparer.OrdinalIgnoreCase);
        Default = string.IsNullOrWhiteSpace(section["Default"]) ? LocalName : section["Default"]!.Trim();
        Directory = string.IsNullOrWhiteSpace(section["Directory"]) ? null : section["Directory"]!.Trim();

        foreach (var child in section.GetChildren())
        {
            if (child.Key.Equals("Default", StringComparison.OrdinalIgnoreCase) || child.Key.Equals("Directory", StringComparison.OrdinalIgnoreCase))
                continue;
            var reader = new SectionReader(child, errors);
            if (reader.Text("Type") is { } type && Types.TryGetValue(type, out var read))
            {
                var entry = read(child.Key, reader);
                // A route has none of its own: its models have.
                entries[child.Key] = entry is RouteEntry ? entry : entry with { Limits = ModelLimiter.Read(reader) };
                reader.RefuseOtherKeys();
            }
            else
            {
                reader.Error("Type", child["Type"] ?? "", $"is not a type of model; use {string.Join(", ", Types.Keys)}");
            }
        }

        entries.TryAdd(ElizaEntry.ElizaType, new ElizaEntry(ElizaEntry.ElizaType));
        entries.TryAdd(EchoEntry.EchoType, new EchoEntry(EchoEntry.EchoType, EchoOptions.AtOnce));
        var asked = entries.Values.OfType<RouteEntry>().SelectMany(r => r.Models).Append(Default);
        if (asked.Contains(LocalName, StringComparer.OrdinalIgnoreCase) && section.GetSection(LocalName)["Type"] is null)
            entries.TryAdd(LocalName, new LlamaEntry(LocalName));
        if (!entries.ContainsKey(Default) && section.GetSection(Default)["Type"] is null)
            errors.Add($"{Section}:Default = '{Default}' names no model; use {string.Join(", ", entries.Keys)}, or add {Section}:{Default}:Type.");
        Chains = RouteEntry.Expand(entries, errors);
        (Entries, Errors) = (entries, errors);
    }
}

/// <summary>Refuses to start with a wrong section <c>Models</c>: all errors at once.</summary>
internal sealed class ModelsOptionsValidator : IValidateOptions<ModelsOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ModelsOptions options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
}
