using Markdig.Extensions.Mathematics;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Writes what stands inside of a paragraph. A style met inside of itself counts once; code interrupts the styles around it, because
/// Telegram lets code share no text with them.
/// </summary>
internal sealed class InlineWriter(Canvas canvas)
{
    private const int Off = -1;

    // Where the open Bold, Italic and Strike began, indexed by their distance from Bold.
    private readonly int[] _styles = [Off, Off, Off];
    private bool _inLink;

    public void Write(ContainerInline? inlines) => WriteChildren(inlines, 0);

    public void WriteBold(ContainerInline? inlines) => WriteStyled(MarkKind.Bold, inlines, 0);

    private void WriteChildren(ContainerInline? inlines, int depth)
    {
        for (var inline = inlines?.FirstChild; inline is not null; inline = inline.NextSibling) Write(inline, depth + 1);
    }

    private void Write(Inline inline, int depth)
    {
        switch (inline)
        {
            case LiteralInline literal:
                canvas.Write(literal.Content.AsSpan());
                break;
            case LineBreakInline:
                canvas.NewLine();
                break;
            case CodeInline code:
                WriteCode(code.Content);
                break;
            case EmphasisInline emphasis:
                WriteStyled(StyleOf(emphasis), emphasis, depth);
                break;
            case LinkInline link:
                WriteLink(link, depth);
                break;
            case AutolinkInline auto:
                canvas.Write(auto.Url);
                break;
            case HtmlEntityInline entity:
                canvas.Write(entity.Transcoded.AsSpan());
                break;
            case HtmlInline html:
                if (IsLineBreak(html.Tag)) canvas.NewLine();
                else canvas.Write(html.Tag);
                break;
            case TaskList task:
                canvas.Write(task.Checked ? "☑" : "☐");
                break;
            case MathInline math:
                var delimiter = new string(math.Delimiter, math.DelimiterCount);
                canvas.Write($"{delimiter}{math.Content}{delimiter}");
                break;
            case DelimiterInline delimiterInline:
                canvas.Write(delimiterInline.ToLiteral());
                WriteNested(delimiterInline, depth);
                break;
            case ContainerInline container:
                WriteNested(container, depth);
                break;
        }
    }

    /// <summary>Beyond the depth we follow, only the leaves' text counts; the parser's own bound would still be too deep for a stack.</summary>
    private void WriteNested(ContainerInline container, int depth)
    {
        if (depth < RenderLimits.InlineNesting)
        {
            WriteChildren(container, depth);
            return;
        }
        foreach (var inline in container.Descendants())
        {
            if (inline is DelimiterInline delimiter) canvas.Write(delimiter.ToLiteral());
            else if (inline is LinkInline { FirstChild: null, Url: { } url }) canvas.Write(url);
            else if (inline is LeafInline leaf) Write(leaf, depth);
        }
    }

    private void WriteStyled(MarkKind kind, ContainerInline? inlines, int depth)
    {
        ref var start = ref _styles[kind - MarkKind.Bold];
        if (inlines is null) return;
        if (start != Off)
        {
            WriteNested(inlines, depth);
            return;
        }
        start = canvas.Open();
        WriteNested(inlines, depth);
        canvas.AddMark(start, kind);
        start = Off;
    }

    private void WriteCode(string code)
    {
        if (_inLink)
        {
            canvas.Write(code);
            return;
        }
        var start = canvas.Open();
        for (var i = 0; i < _styles.Length; i++)
        {
            if (_styles[i] != Off) canvas.AddMark(_styles[i], (MarkKind)((int)MarkKind.Bold + i));
        }
        canvas.Write(code);
        canvas.AddMark(start, MarkKind.Code);
        for (var i = 0; i < _styles.Length; i++)
        {
            if (_styles[i] != Off) _styles[i] = canvas.Length;
        }
    }

    /// <summary>A link with its label; where Telegram allows no link, or there is nothing to press, the address is written out.</summary>
    private void WriteLink(LinkInline link, int depth)
    {
        var url = link.GetDynamicUrl?.Invoke() ?? link.Url ?? "";
        var linkable = !_inLink && LinkTarget.IsLinkable(url);
        var start = canvas.Open();
        _inLink |= linkable;
        WriteNested(link, depth);
        _inLink &= !linkable;
        if (canvas.Length == start) canvas.Write(url);
        else if (linkable) canvas.AddMark(start, MarkKind.Link, url);
        else if (url.Length > 0) canvas.Write($" ({url})");
    }

    private static MarkKind StyleOf(EmphasisInline emphasis) => emphasis switch
    {
        { DelimiterChar: '~' } => MarkKind.Strike,
        { DelimiterCount: 1 } => MarkKind.Italic,
        _ => MarkKind.Bold,
    };

    private static bool IsLineBreak(string tag) =>
        tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase) && tag.AsSpan(3).Trim(" /").SequenceEqual(">");
}
