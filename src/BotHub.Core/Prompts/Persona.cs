namespace BotHub.Core.Prompts;

/// <summary>Who answers: the instructions a model gets first, and how it is to speak. Read from <c>prompts/ID.md</c>.</summary>
/// <param name="Id">The file's name without extension.</param>
/// <param name="Version">Counted up by the author when the meaning changes.</param>
/// <param name="Description">One line for lists.</param>
/// <param name="Model">The name of the model it was written for, or null; a hint, not a condition.</param>
/// <param name="Text">The instructions, variables not yet filled in.</param>
/// <param name="Hash">The first 12 hex digits of the file's SHA-256: which text answered, exactly.</param>
public sealed record Persona(
    string Id, int Version, string Description, string? Model, PersonaSampling Sampling, string Text, string Hash)
{
    /// <summary>People see what a reasoning model thinks.</summary>
    public bool ShowsReasoning { get; init; }

    /// <summary>Who may be told what people say to it.</summary>
    public Models.DataClass Data { get; init; }

    /// <summary>
    /// The system message. A line that uses a variable without a value is left out. The same variables always give the same
    /// text, and what differs between users and days stands in the last paragraph only (the loader sees to that), so that
    /// the text before it is one shared prefix of every conversation.
    /// </summary>
    public string Render(PromptVariables variables) => PromptTemplate.Of(Text).Render(variables);
}
