using System.Text;
using Markdig.Syntax;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>A stretch of Markdown that can stand alone, with what Telegram counts in it.</summary>
/// <param name="Start">Index in the source; with <paramref name="End"/> unless there is a text of its own.</param>
/// <param name="OwnText">A part of a fence with its own fences around it, which cannot be joined to others.</param>
internal readonly record struct RichUnit(int Start, int End, RichMeasure Measure, string? OwnText = null)
{
    /// <summary>Blocks kept free for the lists around items at both ends of a message.</summary>
    private const int Spare = 2;

    public bool Fits => (OwnText?.Length ?? End - Start) <= RenderLimits.RichLength && (Measure with { Blocks = Measure.Blocks + Spare }).FitsOneMessage;

    public string In(string source) => OwnText ?? source[Start..End].Trim('\n');

    public RichUnit? TryJoin(RichUnit next)
    {
        if (OwnText is not null || next.OwnText is not null) return null;
        var both = new RichUnit(Start, next.End, Measure.And(next.Measure));
        return both.Fits ? both : null;
    }

    public static IEnumerable<RichUnit> AllOf(string source, MarkdownDocument document)
    {
        var lines = LineStarts(source);
        return Of(source, lines, document, source.Length).SelectMany(unit => unit.Unit.Fits ? [unit.Unit] : Parts(source, lines, unit.Block, unit.Unit));
    }

    private static IEnumerable<(RichUnit Unit, Block Block)> Of(string source, List<int> lines, ContainerBlock parent, int end)
    {
        var blocks = parent.Where(block => block is not LinkReferenceDefinitionGroup).ToList();
        for (var i = 0; i < blocks.Count; i++)
        {
            var stop = i + 1 < blocks.Count ? lines[blocks[i + 1].Line] : end;
            yield return (new(lines[blocks[i].Line], stop, RichMeasure.Of(blocks[i])), blocks[i]);
        }
    }

    private static IEnumerable<RichUnit> Parts(string source, List<int> lines, Block block, RichUnit unit) => block switch
    {
        ListBlock list => Of(source, lines, list, unit.End).Select(item => item.Unit),
        FencedCodeBlock => FenceParts(unit.In(source).Split('\n'), unit.Measure),
        ParagraphBlock => ParagraphParts(source, unit),
        _ => [unit],
    };

    private static IEnumerable<RichUnit> FenceParts(string[] lines, RichMeasure measure)
    {
        var opening = lines[0].Trim();
        var closing = opening[..(opening.AsSpan().IndexOfAnyExcept(opening[0]) is var end and >= 0 ? end : opening.Length)];
        var scanner = default(FenceScanner);
        var body = new StringBuilder();
        foreach (var line in lines)
        {
            if (scanner.Read(line)) continue;
            if (body.Length > 0 && opening.Length + body.Length + line.Length + closing.Length + 2 > RenderLimits.RichLength)
            {
                yield return Part();
                body.Clear();
            }
            body.Append(line).Append('\n');
        }
        if (!body.ToString().AsSpan().IsWhiteSpace()) yield return Part();

        RichUnit Part() => new(0, 0, measure, $"{opening}\n{body}{closing}");
    }

    private static IEnumerable<RichUnit> ParagraphParts(string source, RichUnit unit)
    {
        var start = unit.Start;
        while (unit.End - start > RenderLimits.RichLength)
        {
            var window = source.AsSpan(start, RenderLimits.RichLength);
            var end = window.LastIndexOf('\n') is var line and > RenderLimits.RichLength / 2 ? line : window.LastIndexOf(' ');
            if (end <= 0) break;
            yield return new(start, start + end, unit.Measure);
            start += end + 1;
        }
        yield return new(start, unit.End, unit.Measure);
    }

    private static List<int> LineStarts(string source)
    {
        var starts = new List<int> { 0 };
        for (var at = source.IndexOf('\n'); at >= 0; at = source.IndexOf('\n', at + 1)) starts.Add(at + 1);
        return starts;
    }
}
