using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>The Markdown that models write: GitHub's, with formulas kept as they are and HTML blocks read as text.</summary>
internal static class AnswerMarkdown
{
    private static readonly MarkdownPipeline _pipeline = Build();

    /// <summary>The parsed answer, or null when it is nested too deeply to be meant: it is then shown as it stands.</summary>
    public static MarkdownDocument? Parse(string source)
    {
        if (ParserGuard.IsHostile(source)) return null;
        try
        {
            return Markdown.Parse(source, _pipeline);
        }
        catch (ArgumentException)
        {
            // The parser's only word for "nested too deeply".
            return null;
        }
    }

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder()
            .UsePipeTables()
            .UseTaskLists()
            .UseMathematics()
            .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
            // Without it "**标题：**内容" stays as it is: the rules of Markdown expect spaces between words.
            .UseCjkFriendlyEmphasis();
        builder.BlockParsers.TryRemove<HtmlBlockParser>();
        builder.InlineParsers.InsertBefore<EscapeInlineParser>(new BracketMathParser());
        return builder.Build();
    }
}
