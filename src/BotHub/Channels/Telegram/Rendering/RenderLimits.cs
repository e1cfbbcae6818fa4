namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Sizes of messages and how far our rendering goes. Source: core.telegram.org/bots/api, sendMessage and "Rich message limits".</summary>
internal static class RenderLimits
{
    /// <summary>UTF-16 units of one message. The server may count characters, which are never more.</summary>
    public const int TextLength = 4096;

    /// <summary>The server ignores or refuses entities beyond this number.</summary>
    public const int Entities = 100;

    /// <summary>Bytes of all entities of a message, counted generously by <see cref="EntityOverhead"/> and the UTF-8 of links.</summary>
    public const int EntityBytes = 9_500;

    /// <summary>Bytes that type, offset and length of one entity take as JSON.</summary>
    public const int EntityOverhead = 60;

    /// <summary>UTF-16 units; a longer link is shown as text. One entity must always fit <see cref="EntityBytes"/>, three bytes a unit.</summary>
    public const int LinkLength = 2_048;

    /// <summary>UTF-16 units of a fence's language.</summary>
    public const int LanguageLength = 32;

    public const int RichLength = 32_768;
    public const int RichBlocks = 500;
    public const int RichNesting = 16;
    public const int RichColumns = 20;

    /// <summary>Columns of monospace that a phone held upright shows without wrapping.</summary>
    public const int TableWidth = 40;

    /// <summary>UTF-16 units that a table may grow by when each row repeats the headers.</summary>
    public const int RepeatedHeaders = 8_192;

    /// <summary>Characters that may begin markup in one item. More is an attack on the parser, whose time grows with their square.</summary>
    public const int MarkersPerItem = 4_000;

    /// <summary>As <see cref="MarkersPerItem"/>, between two empty lines: what looks like items there need not be any.</summary>
    public const int MarkersPerParagraph = 10_000;

    /// <summary>As <see cref="MarkersPerItem"/>, for what looks like code and is not searched for markup.</summary>
    public const int MarkersInCode = 40_000;

    /// <summary>Cells of a table, empty ones included: the parser fills up short rows.</summary>
    public const int TableCells = 20_000;

    /// <summary>Inline nesting that is shown; what is deeper loses its style, not its text.</summary>
    public const int InlineNesting = 32;

    /// <summary>UTF-16 units of the answer's end that a preview looks at, and the steps in which that window moves.</summary>
    public const int PreviewWindow = 8_192;
    public const int PreviewStep = 512;
}
