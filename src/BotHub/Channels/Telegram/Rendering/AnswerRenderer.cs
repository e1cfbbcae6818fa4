namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Turns the Markdown of a model into what Telegram can show. Pure: no state, no I/O, safe from any thread.</summary>
internal static class AnswerRenderer
{
    /// <summary>All forms of a finished answer. An answer that shows nothing has no pieces.</summary>
    public static RenderedAnswer Render(string markdown)
    {
        var source = AnswerSource.Clean(markdown);
        var trimmed = source.Trim();
        if (!Graphemes.IsVisible(trimmed)) return RenderedAnswer.Empty;
        // Four spaces before the first word would be code, so only a text that needs no trimming in front is taken for prose.
        if (trimmed[0] == source[0] && AnswerSource.IsProse(trimmed)) return new([trimmed], [new(trimmed, [], "")], trimmed);
        var document = AnswerMarkdown.Parse(source);
        var written = document is null ? AsItStands(source) : BlockWriter.Write(document);
        var (pieces, plainText) = PieceSplitter.Split(written);
        if (pieces.Count == 0) return RenderedAnswer.Empty;
        return new(document is null ? null : RichSplitter.Split(source, document, plainText), pieces, plainText);
    }

    /// <summary>
    /// The text to show while the answer is being written: without markup, at most 4096 UTF-16 units, the newest part behind an
    /// ellipsis when there is more. Empty when there is nothing to show yet.
    /// </summary>
    public static string Preview(string markdownSoFar) => AnswerPreview.Of(markdownSoFar);

    private static WrittenText AsItStands(string source) => new(source.TrimEnd(), [], []);
}
