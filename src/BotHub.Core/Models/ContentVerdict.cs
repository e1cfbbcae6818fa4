namespace BotHub.Core.Models;

/// <summary>What was judged.</summary>
public enum ContentSide
{
    Prompt,
    Answer,
}

/// <summary>A judgement by which a text may not be used or shown.</summary>
/// <param name="Categories">The judge's own names, such as <c>self_harm</c>; empty when it gave none.</param>
public sealed record ContentVerdict(ContentSide Side, IReadOnlyList<string> Categories);

/// <summary>A provider's content filter stopped the prompt or the answer. Expected: people are told so, and it is no error.</summary>
public sealed class ModelRefusedException(ContentVerdict verdict)
    : Exception($"The content filter stopped the {(verdict.Side == ContentSide.Prompt ? "prompt" : "answer")} ({(verdict.Categories.Count == 0 ? "no category given" : string.Join(", ", verdict.Categories))}).")
{
    public ContentVerdict Verdict { get; } = verdict;
}
