using System.Buffers;
using System.Text;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>What comes before parsing: cleaning the text of a model, and telling when there is nothing to parse.</summary>
internal static class AnswerSource
{
    private static readonly SearchValues<char> _markup = SearchValues.Create("*_`~[]<>&#|\\$\0\t");
    private static readonly SearchValues<char> _lineMarkup = SearchValues.Create("-+=: ");

    /// <summary>Newlines become "\n", half surrogate pairs and NUL the replacement character, so that every index is a legal offset.</summary>
    public static string Clean(string markdown)
    {
        var text = markdown.Contains('\r') ? markdown.Replace("\r\n", "\n").Replace('\r', '\n') : markdown;
        if (text.Contains('\0')) text = text.Replace('\0', '\uFFFD');
        return HasHalfPair(text) ? Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text)) : text;
    }

    /// <summary>
    /// True for prose without any markup, whose rendering is the text itself. Says false when in doubt: the parser then decides.
    /// </summary>
    public static bool IsProse(ReadOnlySpan<char> text)
    {
        if (text.Length > RenderLimits.TextLength || text.ContainsAny(_markup)) return false;
        while (true)
        {
            var end = text.IndexOf('\n');
            var line = end < 0 ? text : text[..end];
            if (!IsProseLine(line)) return false;
            if (end < 0) return true;
            text = text[(end + 1)..];
            // One empty line parts paragraphs; more would be taken out.
            if (text.StartsWith("\n")) text = text[1..];
        }
    }

    private static bool IsProseLine(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty || _lineMarkup.Contains(line[0]) || char.IsWhiteSpace(line[0]) || char.IsWhiteSpace(line[^1])) return false;
        // "1." and "1)" begin a list; the characters of other lists, headings and rules are excluded above.
        var digits = line.IndexOfAnyExceptInRange('0', '9');
        return digits <= 0 || line[digits] is not ('.' or ')');
    }

    private static bool HasHalfPair(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0; at = text.IndexOfAnyInRange('\uD800', '\uDFFF'))
        {
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return true;
            text = text[(at + 2)..];
        }
        return false;
    }
}
