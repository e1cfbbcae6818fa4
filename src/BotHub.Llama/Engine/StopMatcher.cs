namespace BotHub.Llama;

/// <summary>
/// Finds stop sequences in a stream of text, over the borders of its pieces. Text that may turn out to be the beginning of a stop
/// sequence is held back, so that none of one is ever shown.
/// </summary>
internal sealed class StopMatcher(IReadOnlyList<string> stops)
{
    private char[] _buffer = new char[64];
    private int _held;

    /// <summary>True once a stop sequence was found; what follows it is dropped.</summary>
    internal bool Stopped { get; private set; }

    /// <summary>Takes new text and returns what can be shown, or null.</summary>
    internal string? Push(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || Stopped) return null;
        if (stops.Count == 0) return new string(text);
        if (_buffer.Length < _held + text.Length) Array.Resize(ref _buffer, 2 * (_held + text.Length));
        text.CopyTo(_buffer.AsSpan(_held));
        var all = _buffer.AsSpan(0, _held + text.Length);

        // The one that is complete first wins: then the result does not depend on how the text was cut into pieces.
        int show = all.Length, end = int.MaxValue;
        foreach (var stop in stops)
        {
            var at = all.IndexOf(stop, StringComparison.Ordinal);
            if (at < 0 || at + stop.Length > end || (at + stop.Length == end && at > show)) continue;
            (show, end) = (at, at + stop.Length);
            Stopped = true;
        }
        if (!Stopped) show -= HeldBack(all);

        var shown = show == 0 ? null : new string(all[..show]);
        _held = Stopped ? 0 : all.Length - show;
        all[^_held..].CopyTo(_buffer);
        return shown;
    }

    /// <summary>What was held back, at the end of a text that did not stop.</summary>
    internal string? Flush()
    {
        var rest = _held == 0 ? null : new string(_buffer, 0, _held);
        _held = 0;
        return rest;
    }

    /// <summary>Length of the longest end of the text with which a stop sequence begins.</summary>
    private int HeldBack(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (!text.EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal)) continue;
                longest = length;
                break;
            }
        }
        return longest;
    }
}
