using System.Buffers;
using System.Text;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Completes Markdown whose end is still to come: closes what is open, and drops a marker of which only the first characters are there,
/// so that what is shown does not change its shape when the rest arrives.
/// </summary>
internal static class PartialMarkup
{
    private static readonly SearchValues<char> _markers = SearchValues.Create("*_~`[\\");

    /// <summary>The text with its last paragraph, item or cell completed; text that ends in code is complete but for a fence half written.</summary>
    public static string Complete(string text)
    {
        var lineStart = text.LastIndexOf('\n') + 1;
        if (IsHalfMarker(text.AsSpan(lineStart))) text = text[..lineStart];
        var fence = default(FenceScanner);
        var start = fence.ReadAll(text);
        if (fence.Inside) return text;
        start = TailStart(text, Math.Max(start, LastParagraph(text)));
        var tail = text.AsSpan(start).TrimEnd();
        // A marker at the very end is either the first half of one or has nothing to apply to yet.
        tail = DropHalfLink(tail.TrimEnd("*_~`")).TrimEnd();
        var closers = Closers(tail);
        return closers.Length == 0 && start + tail.Length == text.Length ? text : string.Concat(text.AsSpan(0, start), tail, closers);
    }

    /// <summary>A line that is only the beginning of a fence, heading, rule or table border.</summary>
    private static bool IsHalfMarker(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (line.IsEmpty) return false;
        return line.Length <= 2 && !line.ContainsAnyExcept('`') || line.Length <= 6 && !line.ContainsAnyExcept('#')
            || line[0] == '|' && line.Length > 1 && !line.ContainsAnyExcept("|-: ");
    }

    private static int LastParagraph(string text)
    {
        var at = text.AsSpan().TrimEnd().LastIndexOf("\n\n");
        return at < 0 ? 0 : at + 2;
    }

    /// <summary>Emphasis does not reach over the border of items or cells: only the last one can be open.</summary>
    private static int TailStart(string text, int from)
    {
        for (var end = text.Length; end > from;)
        {
            var start = Math.Max(from, text.LastIndexOf('\n', end - 1) + 1);
            var line = text.AsSpan(start, end - start).TrimStart();
            if (line.StartsWith("|")) return start + text.AsSpan(start).LastIndexOf('|') + 1;
            if (BeginsBlock(line)) return start;
            end = start - 1;
        }
        return from;
    }

    private static bool BeginsBlock(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty) return false;
        if (line[0] is '#' or '>') return true;
        if (line[0] is '-' or '*' or '+') return line.Length > 1 && line[1] == ' ';
        var digits = line.IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && line[digits] is ('.' or ')');
    }

    /// <summary>"[lab", "[label]" and "[label](addr" become the label, if it looks like a link's: a word, not a number or an index.</summary>
    private static ReadOnlySpan<char> DropHalfLink(ReadOnlySpan<char> tail)
    {
        var close = tail.LastIndexOf("](");
        if (close < 0 || tail[close..].ContainsAny(") \n")) close = tail.EndsWith("]") ? tail.Length - 1 : tail.Length;
        var open = tail[..close].LastIndexOf('[');
        var label = tail[(open + 1)..close];
        // An odd number of backticks before it: the bracket is code.
        if (open < 0 || label.Contains(']') || tail[..open].Count('`') % 2 != 0) return tail;
        var isImage = open > 0 && tail[open - 1] == '!';
        var inWord = open > 0 && char.IsLetterOrDigit(tail[open - 1]);
        var isLink = close + 1 < tail.Length || !inWord && (label.IsEmpty || char.IsLetter(label[0]) || _markers.Contains(label[0]));
        return isLink ? string.Concat(tail[..(isImage ? open - 1 : open)], label) : tail;
    }

    /// <summary>What closes the code or the emphasis that is open at the end, innermost first.</summary>
    private static string Closers(ReadOnlySpan<char> tail)
    {
        var open = new List<string>();
        for (var at = tail.IndexOfAny(_markers); at >= 0 && at < tail.Length;)
        {
            var length = 1;
            if (tail[at] == '\\') length = 2;
            else if (tail[at] != '[')
            {
                length = RunLength(tail, at);
                if (tail[at] == '`')
                {
                    var ticks = tail.Slice(at, length);
                    var end = tail[(at + length)..].IndexOf(ticks);
                    if (end < 0)
                    {
                        open.Add(ticks.ToString());
                        break;
                    }
                    length += end + length;
                }
                else Toggle(open, tail, at, length);
            }
            at += length;
            if (at >= tail.Length) break;
            var next = tail[at..].IndexOfAny(_markers);
            at = next < 0 ? -1 : at + next;
        }
        var closers = new StringBuilder();
        for (var i = open.Count - 1; i >= 0; i--) closers.Append(open[i]);
        return closers.ToString();
    }

    private static void Toggle(List<string> open, ReadOnlySpan<char> tail, int at, int length)
    {
        var before = at > 0 ? tail[at - 1] : ' ';
        var after = at + length < tail.Length ? tail[at + length] : ' ';
        var marker = tail[at];
        // Inside a word, underscores and single tildes are letters.
        if (length > 3 || marker == '~' && length != 2 || marker == '_' && char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after)) return;
        var run = new string(marker, length);
        if (!char.IsWhiteSpace(before) && open.LastIndexOf(run) is var last and >= 0) open.RemoveRange(last, open.Count - last);
        else if (!char.IsWhiteSpace(after) && !(char.IsLetterOrDigit(before) && marker != '*')) open.Add(run);
    }

    private static int RunLength(ReadOnlySpan<char> text, int at) =>
        text[at..].IndexOfAnyExcept(text[at]) is var length and >= 0 ? length : text.Length - at;
}
