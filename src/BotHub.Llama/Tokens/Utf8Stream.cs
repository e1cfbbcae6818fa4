using System.Text;

namespace BotHub.Llama;

/// <summary>
/// Turns token pieces, which may end in the middle of a code point, into text that never does: an emoji split over tokens comes
/// out whole, invalid bytes come out as U+FFFD, and no delta ends in half a surrogate pair. One per request, one thread.
/// </summary>
internal sealed class Utf8Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char[] _chars = new char[64];

    /// <summary>The characters completed by <paramref name="bytes"/>; valid until the next call.</summary>
    internal ReadOnlySpan<char> Push(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>What is left at the end: U+FFFD for an unfinished code point, else nothing.</summary>
    internal ReadOnlySpan<char> Flush() => Decode([], flush: true);

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // Three bytes may be pending, each of them worth one U+FFFD.
        if (_chars.Length < bytes.Length + 4) _chars = new char[bytes.Length + 4];
        return _chars.AsSpan(0, _decoder.GetChars(bytes, _chars, flush));
    }
}
