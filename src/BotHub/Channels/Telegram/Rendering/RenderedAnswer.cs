using global::Telegram.Bot.Types;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// One answer in the three forms a caller tries in turn: rich, text with entities, plain text (the pieces without their entities).
/// Joining rule: <see cref="PlainText"/> is the concatenation of <see cref="TextPiece.Gap"/> and <see cref="TextPiece.Text"/> over the
/// pieces. The rich pieces, rendered each on its own, hold the same text in the same order but for white space at the cuts.
/// </summary>
/// <param name="Rich">Markdown for InputRichMessage.Markdown, or null when the answer does not fit the limits of rich messages.</param>
/// <param name="Pieces">Messages to send one after the other; none when the answer shows nothing.</param>
/// <param name="PlainText">The text of the whole answer without markup.</param>
internal sealed record RenderedAnswer(IReadOnlyList<string>? Rich, IReadOnlyList<TextPiece> Pieces, string PlainText)
{
    public static RenderedAnswer Empty { get; } = new(null, [], "");
}

/// <summary>A message's text and its entities.</summary>
/// <param name="Text">1 to 4096 UTF-16 units, never only white space.</param>
/// <param name="Entities">Sorted, nested, offsets and lengths in UTF-16 units of <paramref name="Text"/>.</param>
/// <param name="Gap">What stood between the piece before and this one and is not sent: white space, or characters that show nothing.</param>
internal sealed record TextPiece(string Text, MessageEntity[] Entities, string Gap);
