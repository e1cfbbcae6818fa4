namespace BotHub.Llama;

/// <summary>Turns what llama.cpp logged while it refused a file into one error that says what to do.</summary>
internal static class ModelLoadError
{
    internal static LlamaException From(string path, IReadOnlyList<string> nativeErrors)
    {
        var log = string.Join(" | ", nativeErrors);
        if (Has("unknown model architecture") || Has("unsupported model architecture"))
            return new LlamaException(LlamaErrorKind.UnsupportedArchitecture, $"{path} is of a kind that llama.cpp {Native.NativeLibraries.Version} does not know. Take another model, or update BotHub. ({log})");
        if (Has("not within the file bounds") || Has("corrupted or incomplete") || Has("failed to read") || Has("unexpectedly reached end") || Has("failed to load model from"))
        {
            if (Has("allocate")) return OutOfMemory(path, log);
            return GgufHeader.Truncated(path);
        }
        if (Has("allocate") || Has("out of memory") || Has("bad_alloc"))
            return OutOfMemory(path, log);
        return new LlamaException(LlamaErrorKind.LoadFailed, $"llama.cpp could not load {path}: {(log.Length == 0 ? "it gave no reason" : log)}. Check the file against its published checksum, or take another model.");

        bool Has(string text) => log.Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    internal static LlamaException OutOfMemory(string path, string detail) => new(LlamaErrorKind.OutOfMemory,
        $"There is not enough memory for {path}: {detail}. Take a smaller or more strongly quantised model, free memory, or lower GpuLayers when the GPU is full.");
}
