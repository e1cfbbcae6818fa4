namespace BotHub.Llama;

/// <summary>Why an answer ended.</summary>
public enum LlamaFinish
{
    /// <summary>The model was done, or a stop sequence came.</summary>
    Stop,

    /// <summary>The token limit or the slot's context was reached.</summary>
    Length,
}

/// <summary>What a request cost.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">How many of those were not computed, because their KV cells were there already.</param>
/// <param name="OutputTokens">Tokens generated; the one that ends the answer is not counted.</param>
public readonly record struct LlamaUsage(int InputTokens, int CachedTokens, int OutputTokens);

/// <summary>One event of an answer: a place in the queue, a piece of text, or the end.</summary>
public readonly record struct LlamaOutput
{
    /// <summary>New text; never ends within a character.</summary>
    public string? Text { get; init; }

    /// <summary>The place in the waiting queue, 1 = next, 0 = a slot was given after waiting. Only requests that wait get it.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Set on the last event.</summary>
    public LlamaFinish? Finish { get; init; }

    /// <summary>Set on the last event.</summary>
    public LlamaUsage? Usage { get; init; }
}
