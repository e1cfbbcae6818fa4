using System.Buffers;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Finds where a message ends best: at a block, an item, a line, a sentence, a word, a character.</summary>
internal static class CutFinder
{
    private static readonly SearchValues<char> _sentenceEnds = SearchValues.Create(".!?…:;؟۔।");
    private static readonly SearchValues<char> _wideSentenceEnds = SearchValues.Create("。！？");

    /// <summary>The best end in (start, limit], with the white space before it still on.</summary>
    public static int Find(WrittenText written, int start, int limit)
    {
        var text = written.Text;
        if (limit >= text.Length) return text.Length;
        // A better border is not worth a message that is almost empty.
        var least = start + (limit - start) / 8;
        var half = start + (limit - start) / 2;
        return BlockEnd(written.Cuts, least, limit)
            ?? LineEnd(text, least, limit)
            ?? SentenceEnd(text, half, limit)
            ?? WordEnd(text, start, limit)
            ?? Graphemes.LastBorder(text, start, limit);
    }

    private static int? BlockEnd(IReadOnlyList<Cut> cuts, int least, int limit)
    {
        Cut? best = null;
        for (var i = LastAtOrBefore(cuts, limit); i >= 0 && cuts[i].At > least; i--)
        {
            if (cuts[i].Rank < (best?.Rank ?? CutRank.Poor)) best = cuts[i];
        }
        return best?.At;
    }

    private static int LastAtOrBefore(IReadOnlyList<Cut> cuts, int limit)
    {
        int low = 0, high = cuts.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (cuts[middle].At <= limit) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    private static int? LineEnd(string text, int least, int limit)
    {
        var at = text.LastIndexOf('\n', limit, limit - least);
        return at > least ? at : null;
    }

    private static int? SentenceEnd(string text, int least, int limit)
    {
        for (var at = limit; at > least; at--)
        {
            if (_wideSentenceEnds.Contains(text[at - 1]) && !_wideSentenceEnds.Contains(text[at])) return Graphemes.LastBorder(text, at - 1, at);
            if (char.IsWhiteSpace(text[at]) && _sentenceEnds.Contains(text[at - 1]) && StartsWord(text, at)) return at;
        }
        return null;
    }

    private static int? WordEnd(string text, int start, int limit)
    {
        for (var at = limit; at > start; at--)
        {
            if (char.IsWhiteSpace(text[at]) && StartsWord(text, at)) return at;
        }
        return null;
    }

    /// <summary>Whether what follows white space is a cluster of its own.</summary>
    private static bool StartsWord(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return Graphemes.BeginsAfterSpace(text, at);
    }
}
