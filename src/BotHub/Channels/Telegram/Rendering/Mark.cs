namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Styles in the order in which they enclose each other when they cover the same text.</summary>
internal enum MarkKind : byte { Quote, Link, Bold, Italic, Strike, Code, Pre }

/// <summary>A stretch of the written text in one style, in UTF-16 units.</summary>
/// <param name="Argument">A link's address, or the language of a fence.</param>
internal readonly record struct Mark(int Start, int End, MarkKind Kind, string? Argument = null)
{
    /// <summary>Bytes counted against <see cref="RenderLimits.EntityBytes"/>.</summary>
    public int Bytes => RenderLimits.EntityOverhead + (Argument is null ? 0 : System.Text.Encoding.UTF8.GetByteCount(Argument));
}

/// <summary>How well the text may be cut at a border of blocks; the better comes first.</summary>
internal enum CutRank : byte { Block, Item, Nested, Poor }

/// <param name="At">Index of the newline that ends the block before.</param>
internal readonly record struct Cut(int At, CutRank Rank);

/// <summary>An answer's text with what the splitter needs to know about it.</summary>
internal sealed record WrittenText(string Text, IReadOnlyList<Mark> Marks, IReadOnlyList<Cut> Cuts);
