using BotHub.Core.Models;
using BotHub.Prompts;
using Microsoft.Extensions.Options;

namespace BotHub.Models.Eliza;

/// <summary>Makes eliza from its script file.</summary>
internal sealed class ElizaModelFactory(IOptions<PromptsOptions> prompts) : ILanguageModelFactory
{
    /// <summary>Words of context: the whole conversation is replayed, and this much of it is plenty.</summary>
    private const int ContextWords = 32_768;

    private const int MaxWords = 512;

    /// <inheritdoc />
    public string Type => ElizaEntry.ElizaType;

    /// <inheritdoc />
    public async Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken)
    {
        var path = ((ElizaEntry)entry).Script is { } script
            ? Path.GetFullPath(script)
            : Path.Combine(PromptFolder.Of(prompts.Value), "eliza.script");
        try
        {
            return Ready(entry.Name, ElizaScriptParser.Parse(await File.ReadAllTextAsync(path, cancellationToken), Path.GetFileName(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new ModelCreation.Misconfigured($"Models:{entry.Name}: the script of eliza cannot be used: {e.Message}");
        }
    }

    private static ModelCreation.Ready Ready(string name, ElizaScript script) => new(new NamedModel(
        name, ElizaEntry.ElizaType, new ElizaChatClient(script), new WordMeter(ContextWords), MaxWords,
        "eliza: scripted answers by Weizenbaum's 1966 method, no language model") { InHouse = true });
}
