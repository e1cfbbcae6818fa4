namespace BotHub.Core.Prompts;

/// <summary>How to sample answers; null leaves the model's own default.</summary>
public sealed record Sampling(
    float? Temperature = null,
    float? TopP = null,
    int? TopK = null,
    float? MinP = null,
    float? RepeatPenalty = null,
    int? MaxTokens = null,
    IReadOnlyList<string>? Stop = null);

/// <summary>One prompt file: who the bot is.</summary>
/// <param name="Version">The author's version; stored with every turn beside <paramref name="Hash"/>.</param>
/// <param name="Model">The name of the model this persona is written for, or null for the default.</param>
/// <param name="Text">The system prompt with its variables still in it.</param>
/// <param name="Hash">The first 12 hex digits of the SHA-256 of the file.</param>
public sealed record Persona(string Id, string Version, string Description, string? Model, Sampling Sampling, string Text, string Hash)
{
    /// <summary>Puts the values in. The date comes last in a well-written prompt: what changes must not break the KV prefix.</summary>
    public string Render(PromptVariables variables) => variables.PutInto(Text);
}

/// <summary>The values a prompt may name, as <c>{{name}}</c>.</summary>
public sealed record PromptVariables(string BotName, string Date, string UserName, string Locale, string Channel)
{
    /// <summary>The names a prompt file may use; any other is an error at start.</summary>
    public static readonly IReadOnlyList<string> Names = ["bot_name", "date", "user_name", "locale", "channel"];

    internal string PutInto(string text) => text
        .Replace("{{bot_name}}", BotName, StringComparison.Ordinal)
        .Replace("{{date}}", Date, StringComparison.Ordinal)
        .Replace("{{user_name}}", UserName, StringComparison.Ordinal)
        .Replace("{{locale}}", Locale, StringComparison.Ordinal)
        .Replace("{{channel}}", Channel, StringComparison.Ordinal);
}

/// <summary>The prompts in force now. A file that fails to load leaves its last good version here.</summary>
public interface IPromptLibrary
{
    /// <summary>The persona of that id; the default for null or an unknown id.</summary>
    Persona Get(string? id);
}
