using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax.Inlines;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Keeps formulas written \( so \) and \[ so \] as they are; as Markdown they would lose their backslashes and underscores.</summary>
internal sealed class BracketMathParser : InlineParser
{
    /// <summary>UTF-16 units in which the end of a formula is looked for; bounds the cost of many that never end.</summary>
    private const int Longest = 1_000;

    public BracketMathParser() => OpeningCharacters = ['\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var end = slice.PeekChar() switch { '(' => "\\)", '[' => "\\]", _ => null };
        if (end is null) return false;
        var formula = slice.AsSpan();
        var length = formula[..Math.Min(formula.Length, Longest)].IndexOf(end);
        if (length < 0) return false;
        processor.Inline = new LiteralInline(formula[..(length + 2)].ToString())
        {
            Span = new(processor.GetSourcePosition(slice.Start, out var line, out var column), processor.GetSourcePosition(slice.Start + length + 1)),
            Line = line,
            Column = column,
        };
        slice.Start += length + 2;
        return true;
    }
}
