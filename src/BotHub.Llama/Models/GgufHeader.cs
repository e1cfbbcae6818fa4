using System.Buffers.Binary;

namespace BotHub.Llama;

/// <summary>
/// A look at a GGUF file's first 24 bytes (magic, version, tensor count, metadata count; little-endian) before the library sees
/// it, for messages that say what is wrong with the file rather than "failed to load".
/// </summary>
internal static class GgufHeader
{
    private const int Length = 24;
    private const uint Magic = 0x46554747; // "GGUF"
    private const uint OldestVersion = 2, NewestVersion = 3;

    /// <exception cref="LlamaException">The file is missing, too short, no GGUF file, or of an unknown version.</exception>
    internal static void Check(string path)
    {
        if (!File.Exists(path))
            throw new LlamaException(LlamaErrorKind.ModelMissing, $"There is no model file at {path}. Download one, or correct the path.");
        Span<byte> header = stackalloc byte[Length];
        int read;
        try
        {
            using var file = File.OpenRead(path);
            read = file.ReadAtLeast(header, Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LlamaException(LlamaErrorKind.LoadFailed, $"{path} cannot be read: {e.Message} Check the file's permissions.", e);
        }
        if (read < 4 || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
            throw new LlamaException(LlamaErrorKind.NotGguf, $"{path} is not a GGUF model file. Models in other formats (safetensors, ONNX, old GGML) must be converted first; a web page saved under this name means that the download failed.");
        if (read < Length)
            throw Truncated(path);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        // The other byte order shows as a version with nothing in its low half.
        if ((version & 0xFFFF) == 0)
            throw new LlamaException(LlamaErrorKind.UnsupportedGgufVersion, $"{path} was written for a big-endian machine. Take the little-endian file of this model.");
        if (version is < OldestVersion or > NewestVersion)
            throw new LlamaException(LlamaErrorKind.UnsupportedGgufVersion,
                $"{path} has GGUF version {version}, and this build reads {OldestVersion} to {NewestVersion}. {(version > NewestVersion ? "Update BotHub, or take an older file of this model." : "Take a newer file of this model.")}");
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) == 0)
            throw new LlamaException(LlamaErrorKind.NotGguf, $"{path} holds no tensors: it is a vocabulary or an index, not a model. Take the model's own file.");
    }

    internal static LlamaException Truncated(string path) => new(LlamaErrorKind.Truncated,
        $"{path} ends early ({new FileInfo(path).Length:N0} bytes): the download was interrupted. Delete the file and download it again.");
}
