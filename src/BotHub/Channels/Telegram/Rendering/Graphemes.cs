using System.Globalization;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>What a reader takes for one character: never cut, and not always to be seen.</summary>
internal static class Graphemes
{
    /// <summary>UTF-16 units looked at beyond the limit, to see whether the last cluster goes on there.</summary>
    private const int Ahead = 32;

    /// <summary>
    /// The last border of clusters in (start, limit], where start is a border. A single cluster longer than that is cut between
    /// surrogate pairs, since no message could hold it.
    /// </summary>
    public static int LastBorder(string text, int start, int limit)
    {
        if (limit >= text.Length) return text.Length;
        var seen = text.AsSpan(0, Math.Min(text.Length, limit + Ahead));
        var border = start;
        while (border < limit)
        {
            var next = border + StringInfo.GetNextTextElementLength(seen[border..]);
            if (next > limit) break;
            border = next;
        }
        if (border > start) return border;
        return char.IsLowSurrogate(text[limit]) && char.IsHighSurrogate(text[limit - 1]) && limit - 1 > start ? limit - 1 : limit;
    }

    /// <summary>The first border of clusters at or after an index, found from a little before it; surrogate pairs at least stay whole.</summary>
    public static int NextBorder(string text, int index)
    {
        var border = Math.Max(0, index - Ahead);
        if (border < text.Length && char.IsLowSurrogate(text[border])) border++;
        while (border < index) border += StringInfo.GetNextTextElementLength(text.AsSpan(border, Math.Min(text.Length - border, 4 * Ahead)));
        return border;
    }

    /// <summary>Whether a cluster begins at an index after white space; a combining mark would belong to the space.</summary>
    public static bool BeginsAfterSpace(string text, int index) =>
        index >= text.Length || index == 0 || StringInfo.GetNextTextElementLength(text.AsSpan(index - 1, Math.Min(Ahead, text.Length - index + 1))) == 1;

    /// <summary>False for text of white space and characters without a shape, which Telegram takes for an empty message.</summary>
    public static bool IsVisible(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyInRange('!', '~')) return true;
        foreach (var unit in text)
        {
            if (!IsShapeless(unit)) return true;
        }
        return false;
    }

    private static bool IsShapeless(char unit) =>
        char.IsWhiteSpace(unit)
        || unit is '\u115F' or '\u1160' or '\u2800' or '\u3164' or '\uFFA0' or '\u034F' or (>= '\uFE00' and <= '\uFE0F')
        || char.GetUnicodeCategory(unit) is UnicodeCategory.Control or UnicodeCategory.Format;
}
