namespace BotHub.Core.Prompts;

/// <summary>How to sample answers; null leaves the model's own default.</summary>
/// <param name="Temperature">0 (always the likeliest) to 2.</param>
/// <param name="TopP">Keep the likeliest tokens that together reach this probability; above 0, at most 1.</param>
/// <param name="TopK">Keep this many tokens; 0 keeps all.</param>
/// <param name="MinP">Drop tokens less likely than this share of the likeliest; 0 to 1.</param>
/// <param name="RepeatPenalty">Above 1 discourages repetition; 1 is off.</param>
/// <param name="MaxTokens">The longest answer in tokens; never more than the model's own limit.</param>
/// <param name="Stop">Texts that end the answer.</param>
public sealed record Sampling(
    float? Temperature = null,
    float? TopP = null,
    int? TopK = null,
    float? MinP = null,
    float? RepeatPenalty = null,
    int? MaxTokens = null,
    IReadOnlyList<string>? Stop = null);

/// <summary>One prompt file: who the bot is.</summary>
/// <param name="Id">The file's name without extension.</param>
/// <param name="Version">The author's version; stored with every turn beside <paramref name="Hash"/>.</param>
/// <param name="Description">One line for lists.</param>
/// <param name="Model">The name of the model this persona is written for, or null for the default.</param>
/// <param name="Text">The system prompt with its variables still in it.</param>
/// <param name="Hash">The first 12 hex digits of the SHA-256 of the file.</param>
public sealed record Persona(string Id, string Version, string Description, string? Model, Sampling Sampling, string Text, string Hash)
{
    /// <summary>
    /// Puts the values in; a line whose variable has no value is left out. What differs between users and days stands in the
    /// last paragraph only (the loader sees to that), so that the text before it is one shared prefix of every conversation.
    /// </summary>
    public string Render(PromptVariables variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var lines = Text.Split('\n').Select(line => PromptTemplate.Fill(line, variables)).OfType<string>();
        return string.Join('\n', lines).Trim();
    }
}

/// <summary>The prompts in force now. A file that fails to load leaves its last good version here.</summary>
public interface IPromptLibrary
{
    /// <summary>The persona of that id; the default for null or an unknown id.</summary>
    Persona Get(string? id);
}
