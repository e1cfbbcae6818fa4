using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>What Telegram counts in a rich message. Where it is not known whether a node counts, it does here.</summary>
/// <param name="Blocks">Blocks of every kind, list items and table rows included; cells are not.</param>
/// <param name="Nesting">Levels of blocks and styles inside of each other.</param>
/// <param name="Columns">Of the widest table.</param>
/// <param name="Foreign">
/// Images, which Telegram would fetch from wherever the model was talked into pointing at, and HTML, which it would take for markup: an
/// answer with either is not sent as a rich message, and both are shown as text.
/// </param>
internal readonly record struct RichMeasure(int Blocks, int Nesting, int Columns, int Foreign)
{
    /// <summary>False when no way of cutting could make it fit.</summary>
    public bool IsExpressible => Nesting <= RenderLimits.RichNesting && Columns <= RenderLimits.RichColumns && Foreign == 0;

    public bool FitsOneMessage => IsExpressible && Blocks <= RenderLimits.RichBlocks;

    public RichMeasure And(RichMeasure other) =>
        new(Blocks + other.Blocks, Math.Max(Nesting, other.Nesting), Math.Max(Columns, other.Columns), Foreign + other.Foreign);

    public static RichMeasure Of(Block block)
    {
        int blocks = 0, nesting = 0, columns = 0, foreign = 0;
        var open = new Stack<(MarkdownObject Node, int Level)>();
        open.Push((block, block is MarkdownDocument ? 0 : 1));
        while (open.TryPop(out var next))
        {
            var (node, level) = next;
            nesting = Math.Max(nesting, level);
            switch (node)
            {
                case LinkReferenceDefinitionGroup:
                    break;
                case TableCell cell:
                    foreach (var paragraph in cell.OfType<ParagraphBlock>()) PushInlines(open, paragraph.Inline, level);
                    break;
                case ContainerBlock container:
                    if (container is not MarkdownDocument) blocks++;
                    if (container is TableRow row) columns = Math.Max(columns, row.Count);
                    foreach (var child in container) open.Push((child, level + 1));
                    break;
                case LeafBlock leaf:
                    blocks++;
                    PushInlines(open, leaf.Inline, level);
                    break;
                case ContainerInline inline:
                    if (inline is LinkInline { IsImage: true }) foreign++;
                    PushInlines(open, inline, level);
                    break;
                case HtmlInline:
                    foreign++;
                    break;
            }
        }
        return new(blocks, nesting, columns, foreign);
    }

    private static void PushInlines(Stack<(MarkdownObject Node, int Level)> open, ContainerInline? inlines, int level)
    {
        for (var child = inlines?.FirstChild; child is not null; child = child.NextSibling) open.Push((child, child is ContainerInline ? level + 1 : level));
    }
}
