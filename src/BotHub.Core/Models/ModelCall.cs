using System.Text.Json.Serialization;

namespace BotHub.Core.Models;

/// <summary>How a call of a model ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallOutcome>))]
public enum CallOutcome
{
    [JsonStringEnumMemberName("answered")] Answered,
    /// <summary>Ended from our side: by Stop, a deadline, a lost lease.</summary>
    [JsonStringEnumMemberName("stopped")] Stopped,
    /// <summary>The model failed; what it had read and said may have cost all the same.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
    /// <summary>A content filter ended it.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}

/// <summary>The use of one call of a model that may have cost something. A turn has one for each model it asked.</summary>
/// <param name="PromptTokens">What the model read, cached tokens included.</param>
/// <param name="CachedTokens">Of those, what it knew already.</param>
/// <param name="CompletionTokens">What it wrote, thoughts included.</param>
/// <param name="ReasoningTokens">Of those, what was thought and not said.</param>
/// <param name="Milliseconds">From the call to its end, waits in queues included.</param>
/// <param name="Measured">The model itself told the figures; else they are counted by us from prompt and text.</param>
public sealed record ModelCall(
    string Model, int PromptTokens, int CachedTokens, int CompletionTokens, int ReasoningTokens, double Milliseconds, CallOutcome Outcome, bool Measured);
