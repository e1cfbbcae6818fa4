using Markdig.Syntax;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Cuts Markdown into rich messages: between blocks, a too large list between its items, a too large fence between lines (closed and
/// opened again), a too large paragraph between lines or words. A table is never cut. A cut that would change the text, such as one that
/// parts a link from its definition, is found by rendering the pieces; the answer then is not sent as a rich message.
/// </summary>
internal static class RichSplitter
{
    public static IReadOnlyList<string>? Split(string source, MarkdownDocument document, string plainText)
    {
        var measure = RichMeasure.Of(document);
        if (!measure.IsExpressible) return null;
        var whole = source.Trim('\n');
        if (whole.Length <= RenderLimits.RichLength && measure.FitsOneMessage) return [whole];
        var pieces = Pack(source, RichUnit.AllOf(source, document));
        return pieces is not null && Holds(pieces, plainText) ? pieces : null;
    }

    private static List<string>? Pack(string source, IEnumerable<RichUnit> units)
    {
        var pieces = new List<string>();
        RichUnit? open = null;
        foreach (var unit in units)
        {
            if (!unit.Fits) return null;
            if (open?.TryJoin(unit) is { } both)
            {
                open = both;
                continue;
            }
            if (open is { } full) pieces.Add(full.In(source));
            open = unit;
        }
        if (open is { } last) pieces.Add(last.In(source));
        return pieces;
    }

    /// <summary>Whether the pieces' texts, one after the other, are the answer's but for white space.</summary>
    private static bool Holds(List<string> pieces, string plainText)
    {
        var rest = plainText.AsSpan();
        foreach (var piece in pieces)
        {
            if (AnswerMarkdown.Parse(piece) is not { } document) return false;
            if (!RichMeasure.Of(document).FitsOneMessage) return false;
            var text = BlockWriter.Write(document).Text.AsSpan().Trim();
            rest = rest.TrimStart();
            if (text.IsEmpty || !rest.StartsWith(text)) return false;
            rest = rest[text.Length..];
        }
        return rest.IsWhiteSpace();
    }
}
