using Microsoft.Extensions.AI;

namespace BotHub.Core.Prompts;

/// <summary>How tokens are picked; null leaves a value to the model's own default.</summary>
/// <param name="Temperature">0 (always the likeliest) to 2.</param>
/// <param name="TopP">Keep the likeliest tokens that together reach this probability; above 0, at most 1.</param>
/// <param name="TopK">Keep this many tokens; 0 keeps all.</param>
/// <param name="MinP">Drop tokens less likely than this share of the likeliest; 0 to 1.</param>
/// <param name="RepeatPenalty">Above 1 discourages repetition; 1 is off.</param>
/// <param name="MaxTokens">The longest answer in tokens; never more than the model's own limit.</param>
/// <param name="Stop">Texts that end the answer.</param>
public sealed record PersonaSampling(
    double? Temperature = null,
    double? TopP = null,
    int? TopK = null,
    double? MinP = null,
    double? RepeatPenalty = null,
    int? MaxTokens = null,
    IReadOnlyList<string>? Stop = null)
{
    /// <summary>The key of <see cref="MinP"/> in <see cref="ChatOptions.AdditionalProperties"/>.</summary>
    public const string MinPKey = "min_p";

    /// <summary>The key of <see cref="RepeatPenalty"/> in <see cref="ChatOptions.AdditionalProperties"/>.</summary>
    public const string RepeatPenaltyKey = "repeat_penalty";

    /// <summary>The same for a chat client; an answer is at most <paramref name="modelMaxTokens"/> long.</summary>
    public ChatOptions ToChatOptions(int modelMaxTokens)
    {
        var options = new ChatOptions
        {
            Temperature = (float?)Temperature,
            TopP = (float?)TopP,
            TopK = TopK,
            MaxOutputTokens = Math.Min(MaxTokens ?? modelMaxTokens, modelMaxTokens),
            StopSequences = Stop is { Count: > 0 } ? [.. Stop] : null,
        };
        if (MinP is { } minP)
            (options.AdditionalProperties ??= [])[MinPKey] = (float)minP;
        if (RepeatPenalty is { } penalty)
            (options.AdditionalProperties ??= [])[RepeatPenaltyKey] = (float)penalty;
        return options;
    }
}
