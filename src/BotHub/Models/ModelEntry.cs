using BotHub.Configuration;
using BotHub.Core.Models;
using BotHub.Models.Catalogue;
using BotHub.Models.Echo;

namespace BotHub.Models;

/// <summary>One model of the section <c>Models</c>: its name and what its type needs to know.</summary>
/// <param name="Name">The name people and other settings use, such as <c>local</c>.</param>
/// <param name="Type">The value of <c>Models:NAME:Type</c>, in lower case.</param>
internal abstract record ModelEntry(string Name, string Type)
{
    /// <summary>What all replicas together may ask of it.</summary>
    public ModelLimits Limits { get; init; } = ModelLimits.None;
}

/// <summary><c>eliza</c>: the scripted responder.</summary>
/// <param name="Script">The script file; null means <c>eliza.script</c> in the prompts' folder.</param>
internal sealed record ElizaEntry(string Name, string? Script = null) : ModelEntry(Name, ElizaType)
{
    public const string ElizaType = "eliza";

    public static ElizaEntry Read(string name, SectionReader reader) => new(name, reader.Text("Script"));
}

/// <summary><c>echo</c>: repeats the user.</summary>
internal sealed record EchoEntry(string Name, EchoOptions Options) : ModelEntry(Name, EchoType)
{
    public const string EchoType = "echo";

    public static EchoEntry Read(string name, SectionReader reader) => new(name, new EchoOptions(
        reader.Number("CharactersPerSecond", 0, 0, 1_000_000),
        reader.Duration("FirstTokenDelay", TimeSpan.Zero, TimeSpan.FromHours(1))));
}

/// <summary><c>llama</c>: a GGUF file in llama.cpp, in this process.</summary>
/// <param name="Model">A catalogue name, or <c>auto</c>: the best of the catalogue that is there or can be had.</param>
/// <param name="Path">A GGUF file; overrides <paramref name="Model"/>. Null: look for it.</param>
/// <param name="Context">Tokens of one conversation, prompt and answer together.</param>
/// <param name="Slots">Conversations answered at the same time.</param>
/// <param name="Threads">CPU threads; 0 is all cores but one.</param>
/// <param name="GpuLayers">Layers on the GPU; -1 means as many as fit.</param>
/// <param name="MaxTokens">The longest answer in tokens; a quarter of the context, at most 1024, if not set.</param>
/// <param name="Download">Whether a missing model may be downloaded at start.</param>
internal sealed record LlamaEntry(
    string Name,
    string Model = LlamaEntry.Auto,
    string? Path = null,
    int Context = 4096,
    int Slots = 16,
    int Threads = 0,
    int GpuLayers = -1,
    int MaxTokens = 1024,
    bool Download = true) : ModelEntry(Name, LlamaType)
{
    public const string LlamaType = "llama";
    public const string Auto = "auto";

    public static LlamaEntry Read(string name, SectionReader reader)
    {
        var context = reader.Integer("Context", 4096, 256, 1_048_576);
        var entry = new LlamaEntry(
            name,
            reader.Text("Model") ?? Auto,
            reader.Text("Path"),
            context,
            reader.Integer("Slots", 16, 1, 256),
            reader.Integer("Threads", 0, 0, 1024),
            reader.Integer("GpuLayers", -1, -1, 10_000),
            reader.Integer("MaxTokens", Math.Min(1024, context / 4), 1, 1_048_576),
            reader.Flag("Download", true));
        if (entry.MaxTokens >= entry.Context)
            reader.Error("MaxTokens", entry.MaxTokens, $"must be less than Context ({entry.Context}), or no prompt fits");
        if (entry.Path is null && entry.Model != Auto && ModelCatalogue.Find(entry.Model) is null)
            reader.Error("Model", entry.Model, $"is not in the catalogue; use {Auto}, {string.Join(", ", ModelCatalogue.Names)}, or set Path to a GGUF file");
        if (entry.Path is not null && entry.Model != Auto)
            reader.Error("Path", entry.Path, "is set together with Model; remove one of them");
        return entry;
    }
}
