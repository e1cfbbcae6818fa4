namespace BotHub.Llama;

/// <summary>How the next token is drawn.</summary>
public sealed record LlamaSampling
{
    /// <summary>0 = always the likeliest token; around 0.8 for conversation.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Only the likeliest this many tokens take part; it comes first because the others are slow on a whole vocabulary. 0 = 1,000.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Only the likeliest tokens up to this sum of probabilities take part; 1 = off.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Only tokens at least this likely, relative to the likeliest, take part; 0 = off.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Divides the score of tokens seen lately; 1 = off, 1.1 is customary.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    /// <summary>Lowers the score of a token for every time it was seen lately; 0 = off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Lowers the score of tokens seen lately, once; 0 = off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>How many of the last tokens count as "lately".</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Fixes the random draws; null = different every time. Equal seeds give equal texts only under an equal load, because sums depend on how many conversations are computed together.</summary>
    public uint? Seed { get; init; }
}

/// <summary>One prompt to continue.</summary>
public sealed record LlamaRequest
{
    /// <summary>The whole prompt as tokens, see <see cref="LlamaTokenizer.EncodePrompt"/>.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public LlamaSampling Sampling { get; init; } = new();

    /// <summary>Tokens of the answer at most; null = until the slot's context ends.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Texts at which the answer ends; they are not part of it.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>The conversation this belongs to: its slot or its saved cells are used again, and no one else's text decides about them. Null = none.</summary>
    public string? Conversation { get; init; }

    /// <exception cref="LlamaException">The request cannot be carried out.</exception>
    internal void Validate(int context, int vocabularySize)
    {
        if (Prompt.Length == 0) throw Invalid("The prompt is empty");
        if (Prompt.Length >= context)
            throw new LlamaException(LlamaErrorKind.PromptTooLong, $"The prompt has {Prompt.Length} tokens, and a slot holds {context} including the answer. Shorten it, or raise ContextPerSlot.");
        foreach (var token in Prompt)
            if ((uint)token >= (uint)vocabularySize) throw Invalid($"The prompt holds token {token}, which this model does not have");
        if (MaxOutputTokens is < 1) throw Invalid($"MaxOutputTokens is {MaxOutputTokens}; set 1 or more");
        if (!float.IsFinite(Sampling.Temperature) || Sampling.Temperature < 0) throw Invalid($"Temperature is {Sampling.Temperature}; set 0 or more");
        if (Sampling.TopK < 0) throw Invalid($"TopK is {Sampling.TopK}; set 0 or more");
        if (!(Sampling.TopP is > 0 and <= 1)) throw Invalid($"TopP is {Sampling.TopP}; set a value above 0, 1 at most");
        if (!(Sampling.MinP is >= 0 and < 1)) throw Invalid($"MinP is {Sampling.MinP}; set 0 or more, below 1");
        if (!(float.IsFinite(Sampling.RepeatPenalty) && Sampling.RepeatPenalty > 0)) throw Invalid($"RepeatPenalty is {Sampling.RepeatPenalty}; set a value above 0, 1 for none");
        if (!float.IsFinite(Sampling.FrequencyPenalty) || !float.IsFinite(Sampling.PresencePenalty)) throw Invalid("FrequencyPenalty and PresencePenalty must be numbers");
        if (Sampling.PenaltyWindow < 0) throw Invalid($"PenaltyWindow is {Sampling.PenaltyWindow}; set 0 or more");
        if (StopSequences.Any(string.IsNullOrEmpty)) throw Invalid("A stop sequence is empty");
    }

    private static LlamaException Invalid(string what) => new(LlamaErrorKind.InvalidRequest, what + ".");
}
