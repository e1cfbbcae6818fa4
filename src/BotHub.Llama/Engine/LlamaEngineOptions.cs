namespace BotHub.Llama;

/// <summary>Sizes and limits of one engine. Zero means "choose for this machine and model" where the text says so.</summary>
public sealed record LlamaEngineOptions
{
    /// <summary>Conversations computed at the same time, 1 to 256; each has KV cells of its own.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Tokens of context in each slot, prompt and answer together; 0 = the model's own, 4,096 at most.</summary>
    public int ContextPerSlot { get; init; }

    /// <summary>Threads for a step of a single conversation; 0 = all cores but one, so that the host stays responsive.</summary>
    public int DecodeThreads { get; init; }

    /// <summary>Threads for prompts and for steps of several conversations; 0 = all cores.</summary>
    public int BatchThreads { get; init; }

    /// <summary>Requests that may wait for a slot; one more is refused with <see cref="LlamaQueueFullException"/>.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>How long running answers may stand still while prompts are read. Longer gives more tokens per second in all, shorter a steadier stream.</summary>
    public TimeSpan PrefillStall { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Tokens of a prompt evaluated in one go, 128 to 8,192.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Bytes of host memory for the KV cells of conversations that lost their slot; 0 = none are kept.</summary>
    public long SnapshotBytes { get; init; } = 512L << 20;

    /// <summary>Flash attention: less memory, and faster on every machine measured so far.</summary>
    public bool FlashAttention { get; init; } = true;

    /// <exception cref="LlamaException">Values are out of range; all of them are named.</exception>
    internal void Validate(LlamaModel model)
    {
        var errors = new List<string>();
        Check(Slots is >= 1 and <= 256, $"Slots is {Slots}; set 1 to 256");
        Check(ContextPerSlot == 0 || ContextPerSlot >= 256, $"ContextPerSlot is {ContextPerSlot}; set 0 (automatic) or at least 256 tokens");
        Check(ContextPerSlot <= model.TrainedContext, $"ContextPerSlot is {ContextPerSlot}, and {model.Name} was trained for {model.TrainedContext}; set 0 (automatic) or less");
        Check(DecodeThreads is >= 0 and <= 512, $"DecodeThreads is {DecodeThreads}; set 0 (automatic) to 512");
        Check(BatchThreads is >= 0 and <= 512, $"BatchThreads is {BatchThreads}; set 0 (automatic) to 512");
        Check(QueueCapacity >= 0, $"QueueCapacity is {QueueCapacity}; set 0 or more");
        Check(PrefillStall > TimeSpan.Zero, $"PrefillStall is {PrefillStall}; set a time above zero, such as 00:00:00.250");
        Check(BatchTokens is >= 128 and <= 8192 && BatchTokens >= Slots, $"BatchTokens is {BatchTokens}; set 128 to 8192");
        Check(SnapshotBytes >= 0, $"SnapshotBytes is {SnapshotBytes}; set 0 or more");
        if (errors.Count > 0) throw new LlamaException(LlamaErrorKind.InvalidRequest, "The engine's options are not usable: " + string.Join("; ", errors) + ".");

        void Check(bool ok, string error)
        {
            if (!ok) errors.Add(error);
        }
    }
}
