using System.Buffers.Text;
using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>A request as it lies in the buffer it came in.</summary>
/// <param name="Closes">The client wants no further answers on this connection.</param>
/// <param name="Length">The bytes it takes, its head included.</param>
internal readonly record struct LeanRequest(ReadOnlyMemory<byte> Target, ReadOnlyMemory<byte> Body, bool IsJson, bool Closes, int Length)
{
    public const int LongestHead = 16 << 10;
    public const int LongestBody = 1 << 20;

    /// <summary>Of a request in the making: the head, and the body with twice its bytes where chunks are small.</summary>
    public const int Longest = LongestHead + (2 * LongestBody);

    /// <returns>Null as long as some of it is missing.</returns>
    /// <exception cref="Refused">It is none, is too long, or asks for what is not understood here: what follows on the connection cannot be told.</exception>
    public static LeanRequest? Read(Memory<byte> bytes)
    {
        var end = bytes.Span.IndexOf("\r\n\r\n"u8);
        if ((end < 0 ? bytes.Length : end) > LongestHead) throw new Refused(431, $"Request Header Fields Too Large: more than {LongestHead} bytes");
        if (end < 0) return null;

        ReadOnlySpan<byte> head = bytes.Span[..end];
        var line = head.IndexOf("\r\n"u8);
        var target = TargetOf(line < 0 ? head : head[..line]);
        var fields = line < 0 ? default : LeanFields.Read(head[(line + 2)..]);
        var body = bytes[(end + 4)..];
        var (length, used) = (fields.ContentLength, fields.ContentLength);
        if (fields.Chunked ? !LeanChunks.TryJoin(body.Span, out length, out used) : body.Length < length) return null;
        return new(bytes[target], body[..length], fields.IsJson, fields.Closes, end + 4 + used);
    }

    private static Range TargetOf(ReadOnlySpan<byte> line)
    {
        var start = line.IndexOf((byte)' ') + 1;
        var length = line[start..].IndexOf((byte)' ');
        if (start == 0 || length <= 0 || line[start] != '/' || !line[(start + length + 1)..].SequenceEqual("HTTP/1.1"u8)) throw Refused.Bad("this is no HTTP/1.1 request");
        return !line[..start].SequenceEqual("POST "u8) && !line[..start].SequenceEqual("GET "u8)
            ? throw new Refused(405, "Method Not Allowed: a lean fake takes POST and GET only")
            : start..(start + length);
    }
}

/// <summary>What has to be known of the fields of a request's head.</summary>
internal ref struct LeanFields
{
    private bool _hasLength;

    public int ContentLength { get; private set; }
    public bool Chunked { get; private set; }
    public bool IsJson { get; private set; }
    public bool Closes { get; private set; }

    public static LeanFields Read(ReadOnlySpan<byte> lines)
    {
        var fields = new LeanFields();
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf("\r\n"u8);
            var line = end < 0 ? lines : lines[..end];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) throw Refused.Bad("a header field has no name");
            fields.Take(line[..colon], line[(colon + 1)..].Trim(" \t"u8));
            lines = end < 0 ? [] : lines[(end + 2)..];
        }

        return fields.Chunked && fields._hasLength ? throw Refused.Bad("the body has both a length and chunks") : fields;
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // By its length first: few fields come near any of these.
        switch (name.Length)
        {
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                if (_hasLength || !Utf8Parser.TryParse(value, out long length, out var read) || read != value.Length || length < 0) throw Refused.Bad("Content-Length is no number");
                if (length > LeanRequest.LongestBody) throw new Refused(413, $"Request Entity Too Large: more than {LeanRequest.LongestBody} bytes");
                (ContentLength, _hasLength) = ((int)length, true);
                break;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                Chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8) ? true : throw new Refused(501, "Not Implemented: a lean fake knows no other Transfer-Encoding than chunked");
                break;
            case 12 when Ascii.EqualsIgnoreCase(name, "content-type"u8):
                IsJson = value.Length >= 16 && Ascii.EqualsIgnoreCase(value[..16], "application/json"u8);
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
                break;
            case 6 when Ascii.EqualsIgnoreCase(name, "expect"u8):
                throw new Refused(417, "Expectation Failed: a lean fake takes bodies at once only");
        }
    }
}

/// <summary>Bodies in chunks.</summary>
internal static class LeanChunks
{
    private const int LongestLine = 1024;

    /// <summary>Moves the contents of the chunks together, to the start of <paramref name="body"/>, once all are there.</summary>
    /// <param name="used">The bytes they took before.</param>
    public static bool TryJoin(Span<byte> body, out int length, out int used) =>
        TryWalk(body, join: false, out length, out used) && TryWalk(body, join: true, out length, out used);

    private static bool TryWalk(Span<byte> body, bool join, out int length, out int used)
    {
        (length, used) = (0, 0);
        for (; ;)
        {
            if (!TryLine(body[used..], out var line)) return false;
            if (!Utf8Parser.TryParse(body.Slice(used, line), out int size, out var digits, 'x') || size < 0 || (digits < line && body[used + digits] is not ((byte)';' or (byte)' ' or (byte)'\t')))
                throw Refused.Bad("a chunk's size is no number");
            used += line + 2;
            if (size == 0) return TrySkipTrailers(body, ref used);
            if (length + (long)size > LeanRequest.LongestBody) throw new Refused(413, $"Request Entity Too Large: more than {LeanRequest.LongestBody} bytes");
            if (body.Length - used < size + 2) return false;
            if (!body.Slice(used + size, 2).SequenceEqual("\r\n"u8)) throw Refused.Bad("a chunk is longer than it says");
            if (join) body.Slice(used, size).CopyTo(body[length..]);
            (length, used) = (length + size, used + size + 2);
        }
    }

    private static bool TrySkipTrailers(ReadOnlySpan<byte> body, ref int used)
    {
        while (TryLine(body[used..], out var line))
        {
            used += line + 2;
            if (line == 0) return true;
        }

        return false;
    }

    private static bool TryLine(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes[..Math.Min(bytes.Length, LongestLine)].IndexOf("\r\n"u8);
        return length >= 0 || (bytes.Length >= LongestLine ? throw Refused.Bad("a line of a chunk does not end") : false);
    }
}
