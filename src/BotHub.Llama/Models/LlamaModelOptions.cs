namespace BotHub.Llama;

/// <summary>How a model file is loaded.</summary>
public sealed record LlamaModelOptions
{
    /// <summary>Path of a GGUF file (of the first part, when it is split).</summary>
    public required string Path { get; init; }

    /// <summary>Layers computed on the GPU; negative = all that the GPU build finds, 0 = none. Without a GPU build it has no effect.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>Maps the file instead of reading it: loads faster, and processes share the pages.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>
    /// Name of a chat format that llama.cpp has built in ("chatml", "llama3", "gemma", "mistral-v7", "phi4", ...), used instead
    /// of the template in the model file; null = the file's own.
    /// </summary>
    public string? ChatTemplate { get; init; }
}
