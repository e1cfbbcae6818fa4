using BotHub.Channels.Telegram.Rendering;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>What one message holds.</summary>
internal abstract record MessagePart;

/// <param name="Markdown">For <c>InputRichMessage.Markdown</c>.</param>
internal sealed record RichPart(string Markdown) : MessagePart;

internal sealed record TextPart(string Text, MessageEntity[] Entities) : MessagePart
{
    public TextPart(string text)
        : this(text, [])
    {
    }

    public static TextPart Of(TextPiece piece) => new(piece.Text, piece.Entities);
}
