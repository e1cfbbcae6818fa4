namespace BotHub.Core.Prompts;

/// <summary>The prompts in force now. A file that fails to load leaves its last good version here.</summary>
public interface IPromptLibrary
{
    /// <summary>The persona of that id; the default for null or an unknown id.</summary>
    Persona Get(string? id);

    bool Knows(string id) => Get(id).Id == id;
}
