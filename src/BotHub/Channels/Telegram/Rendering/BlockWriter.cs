using System.Globalization;
using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Writes a parsed answer as text with marks: headings are bold, lists have bullets, tables are lined up.</summary>
internal sealed class BlockWriter
{
    private const string Rule = "———";

    private readonly Canvas _canvas = new();
    private readonly InlineWriter _inlines;
    private readonly TableWriter _tables;
    private int _listDepth;

    private BlockWriter(bool steady)
    {
        _inlines = new(_canvas);
        _tables = new(_canvas, _inlines, steady);
    }

    /// <param name="steady">Tables stay as they are, so that text shown while it grows does not jump.</param>
    public static WrittenText Write(MarkdownDocument document, bool steady = false)
    {
        var writer = new BlockWriter(steady);
        writer.WriteBlocks(document, 2);
        writer.WriteUnusedDefinitions(document);
        return writer._canvas.Finish();
    }

    private void WriteBlocks(ContainerBlock blocks, int newlines)
    {
        var rank = blocks switch { MarkdownDocument => CutRank.Block, ListItemBlock => CutRank.Nested, _ => RankOfItems };
        Block? before = null;
        foreach (var block in blocks)
        {
            if (block is LinkReferenceDefinitionGroup) continue;
            // A heading stays with what it is the heading of.
            if (before is not null) _canvas.Break(newlines, before is HeadingBlock ? CutRank.Poor : rank);
            WriteBlock(block);
            before = block;
        }
    }

    private CutRank RankOfItems => _listDepth <= 1 ? CutRank.Item : CutRank.Nested;

    private void WriteBlock(Block block)
    {
        switch (block)
        {
            case HeadingBlock heading:
                _inlines.WriteBold(heading.Inline);
                break;
            case ThematicBreakBlock:
                _canvas.Write(Rule);
                break;
            case FencedCodeBlock fence:
                WriteCode(fence, fence is Markdig.Extensions.Mathematics.MathBlock ? "latex" : LanguageOf(fence.Info));
                break;
            case CodeBlock code:
                WriteCode(code, null);
                break;
            case Table table:
                _tables.Write(table);
                break;
            case ListBlock list:
                WriteList(list);
                break;
            case QuoteBlock quote:
                WriteQuote(quote);
                break;
            case ContainerBlock container:
                WriteBlocks(container, 2);
                break;
            case LeafBlock { Inline: not null } leaf:
                _inlines.Write(leaf.Inline);
                break;
            case LeafBlock leaf:
                _canvas.Write(LinesOf(leaf));
                break;
        }
    }

    private void WriteQuote(QuoteBlock quote)
    {
        var (indent, outermost) = (_canvas.Indent, !_canvas.InQuote);
        _canvas.BeginQuote();
        WriteBlocks(quote, 2);
        _canvas.EndQuote(indent, outermost);
    }

    private void WriteList(ListBlock list)
    {
        _listDepth++;
        var newlines = list.IsLoose ? 2 : 1;
        var bullet = _listDepth % 2 == 1 ? "• " : "◦ ";
        var number = long.TryParse(list.OrderedStart, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 1;
        var isFirst = true;
        foreach (var item in list)
        {
            if (!isFirst) _canvas.Break(newlines, RankOfItems);
            isFirst = false;
            var indent = _canvas.Indent;
            var task = FirstInline(item) is Markdig.Extensions.TaskLists.TaskList;
            var marker = list.IsOrdered ? string.Create(CultureInfo.InvariantCulture, $"{number++}{list.OrderedDelimiter} ") : task ? "" : bullet;
            _canvas.BeginItem(marker, Math.Max(marker.Length, bullet.Length));
            WriteBlocks((ContainerBlock)item, newlines);
            _canvas.EndItem(indent);
        }
        _listDepth--;
    }

    private void WriteCode(LeafBlock block, string? language)
    {
        var code = LinesOf(block);
        var end = code.AsSpan().TrimEnd().Length;
        var start = code.AsSpan(0, end) is var text && text.IsWhiteSpace() ? end : text[..^text.TrimStart().Length].LastIndexOf('\n') + 1;
        if (start < end) _canvas.WritePre(code[start..end], language);
    }

    /// <summary>Definitions that no link refers to are sources a model lists, not markup.</summary>
    private void WriteUnusedDefinitions(MarkdownDocument document)
    {
        if (document.OfType<LinkReferenceDefinitionGroup>().FirstOrDefault() is not { } group) return;
        var used = document.Descendants<LinkInline>().Select(link => link.Reference).OfType<LinkReferenceDefinition>().ToHashSet();
        var newlines = 2;
        foreach (var definition in group.OfType<LinkReferenceDefinition>().Where(definition => !used.Contains(definition)))
        {
            _canvas.Break(newlines, CutRank.Block);
            _canvas.Write($"[{definition.Label}]: {definition.Url}{(definition.Title is { Length: > 0 } title ? $" ({title})" : "")}");
            newlines = 1;
        }
    }

    private static Inline? FirstInline(Block item) => item is ListItemBlock { Count: > 0 } blocks ? (blocks[0] as ParagraphBlock)?.Inline?.FirstChild : null;

    private static string LinesOf(LeafBlock block)
    {
        var text = new StringBuilder();
        for (var i = 0; i < block.Lines.Count; i++)
        {
            if (i > 0) text.Append('\n');
            text.Append(block.Lines.Lines[i].Slice.AsSpan());
        }
        return text.ToString();
    }

    private static string? LanguageOf(string? info) =>
        info is { Length: > 0 and <= RenderLimits.LanguageLength } && !info.AsSpan().ContainsAny(" \t{}") ? info : null;
}
