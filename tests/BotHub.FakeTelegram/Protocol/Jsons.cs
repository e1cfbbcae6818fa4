using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Pooled JSON writing; the pool is the thread's own, and holds one more for each nested use.</summary>
internal static class Jsons
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Pad? _free;

    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var pad = Rent();
        write(pad.Writer);
        pad.Writer.Flush();
        var bytes = pad.Buffer.WrittenSpan.ToArray();
        Return(pad);
        return bytes;
    }

    public static byte[] Bytes<T>(T state, Action<Utf8JsonWriter, T> write)
    {
        var pad = Rent();
        write(pad.Writer, state);
        pad.Writer.Flush();
        var bytes = pad.Buffer.WrittenSpan.ToArray();
        Return(pad);
        return bytes;
    }

    public static Pad Rent()
    {
        var pad = _free ?? new();
        _free = pad.Next;
        return pad;
    }

    public static void Return(Pad pad)
    {
        pad.Buffer.ResetWrittenCount();
        pad.Writer.Reset();
        if (pad.Buffer.Capacity < 1 << 20) (pad.Next, _free) = (_free, pad);
    }

    internal sealed class Pad
    {
        public Pad() => Writer = new(Buffer, Options);

        public ArrayBufferWriter<byte> Buffer { get; } = new(2048);
        public Utf8JsonWriter Writer { get; }

        /// <summary>The one below it in the pool.</summary>
        public Pad? Next { get; set; }
    }
}
