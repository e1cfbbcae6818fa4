namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// The answer so far as plain text. Its cost is that of the window at the answer's end, whatever stands before is only searched for
/// fences. The window moves in steps, so that the top of a long preview stays where it is for a while.
/// </summary>
internal static class AnswerPreview
{
    private const string Ellipsis = "…";

    public static string Of(string markdown)
    {
        var start = WindowStart(markdown);
        var window = AnswerSource.Clean(start == 0 ? markdown : markdown[start..]);
        var text = start == 0 && window.Length > 0 && !char.IsWhiteSpace(window[0]) && AnswerSource.IsProse(window.AsSpan().TrimEnd())
            ? window.TrimEnd()
            : Show(FenceBefore(markdown, start) + window);
        return Graphemes.IsVisible(text) ? Newest(text, start > 0) : "";
    }

    private static string Show(string window) =>
        AnswerMarkdown.Parse(PartialMarkup.Complete(window)) is { } document ? BlockWriter.Write(document, steady: true).Text.Trim() : window.Trim();

    /// <summary>The first line, or word of a line without end, in the last PreviewWindow characters.</summary>
    private static int WindowStart(string markdown)
    {
        if (markdown.Length <= RenderLimits.PreviewWindow) return 0;
        var start = RoundUp(markdown.Length - RenderLimits.PreviewWindow);
        return Border(markdown, start);
    }

    /// <summary>The fence that is open where the window begins, as a line of its own.</summary>
    private static string FenceBefore(string markdown, int start)
    {
        if (start == 0) return "";
        var fence = default(FenceScanner);
        fence.ReadAll(markdown.AsSpan(0, start));
        return fence.Inside ? fence.Fence + "\n" : "";
    }

    private static string Newest(string text, bool isCut)
    {
        if (text.Length + (isCut ? Ellipsis.Length : 0) <= RenderLimits.TextLength) return isCut ? Ellipsis + text : text;
        var start = Border(text, RoundUp(text.Length - (RenderLimits.TextLength - Ellipsis.Length)));
        return Ellipsis + text[start..];
    }

    /// <summary>The next line's start not far behind an index, else the next word's, else the next character's.</summary>
    private static int Border(string text, int index)
    {
        var near = text.AsSpan(index, Math.Min(RenderLimits.PreviewStep, text.Length - index));
        if (near.IndexOf('\n') is var line and >= 0 && !near[line..].IsWhiteSpace()) return index + line + 1;
        for (var at = near.IndexOf(' '); at >= 0 && index + at + 1 < text.Length; at++)
        {
            if (text[index + at] == ' ' && Graphemes.BeginsAfterSpace(text, index + at + 1)) return index + at + 1;
            if (at + 1 >= near.Length) break;
        }
        return Graphemes.NextBorder(text, index);
    }

    private static int RoundUp(int length) => (length + RenderLimits.PreviewStep - 1) / RenderLimits.PreviewStep * RenderLimits.PreviewStep;
}
