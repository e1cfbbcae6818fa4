using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace BotHub.Storage;

/// <summary>
/// How what every message leaves behind looks in the store: names of one letter, and nothing that is as usual. A log of
/// appended commands is written over by the server again and again: each byte less is less work for as long as the conversation lives.
/// It is read as any other JSON of the store (<see cref="StoreJson.Read"/>).
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoredMessage))]
[JsonSerializable(typeof(StoredEntry))]
[JsonSerializable(typeof(StoredReply))]
internal sealed partial class ShortJson : JsonSerializerContext
{
    /// <summary>Emoji stay readable; a lone surrogate, which UTF-8 can't hold, becomes U+FFFD.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In bytes: a thread keeps no longer buffer for its next value.</summary>
    private const int Kept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <param name="ahead">Stands before the JSON.</param>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type, ReadOnlySpan<byte> ahead = default)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Plain);
        buffer.ResetWrittenCount();
        buffer.Write(ahead);
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, type);
        var written = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > Kept) (_buffer, _writer) = (null, null);
        return written;
    }
}
