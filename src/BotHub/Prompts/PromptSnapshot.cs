using System.Collections.Frozen;
using System.Security.Cryptography;
using BotHub.Core.Prompts;

namespace BotHub.Prompts;

/// <summary>All personas as they were at one moment. Immutable: a turn keeps the snapshot it started with.</summary>
/// <param name="Personas">By id.</param>
/// <param name="Default">The persona of everyone who chose none.</param>
internal sealed record PromptSnapshot(FrozenDictionary<string, Persona> Personas, Persona Default)
{
    /// <summary>Reads every <c>*.md</c> of a folder but <c>README.md</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="defaultId">The id that must be among them.</param>
    /// <param name="errors">What is wrong, in all files; empty exactly when a snapshot is returned.</param>
    public static PromptSnapshot? Read(string folder, string defaultId, out IReadOnlyList<string> errors)
    {
        var found = new List<string>();
        errors = found;
        var personas = new List<Persona>();
        try
        {
            foreach (var file in Files(folder))
                if (PersonaReader.Read(file.Name, File.ReadAllText(file.FullName), found) is { } persona)
                    personas.Add(persona);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found.Add($"The prompts cannot be read from '{folder}': {e.Message} Set Prompts:Directory to the folder that has them.");
        }

        var byId = personas.ToFrozenDictionary(p => p.Id, StringComparer.OrdinalIgnoreCase);
        if (byId.TryGetValue(defaultId, out var standard) && found.Count == 0)
            return new PromptSnapshot(byId, standard);
        if (found.Count == 0)
            found.Add($"Prompts:Default = '{defaultId}' is no persona; '{folder}' has {(byId.Count == 0 ? "none" : string.Join(", ", byId.Keys.Order()))}.");
        return null;
    }

    /// <summary>
    /// What changes when a persona is edited, added or removed. Made of the content: a few small files cost nothing, and
    /// times and sizes say little where links are swapped under mounted configuration.
    /// </summary>
    public static string Stamp(string folder)
    {
        try
        {
            return string.Join('|', Files(folder).Select(f => $"{f.Name} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f.FullName)))}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static IEnumerable<FileInfo> Files(string folder) => new DirectoryInfo(folder).EnumerateFiles("*.md")
        .Where(f => !f.Name.Equals("README.md", StringComparison.OrdinalIgnoreCase))
        .OrderBy(f => f.Name, StringComparer.Ordinal);
}
