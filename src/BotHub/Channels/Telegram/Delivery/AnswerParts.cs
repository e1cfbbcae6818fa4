using BotHub.Channels.Telegram.Rendering;
using BotHub.Core.Conversations;

namespace BotHub.Channels.Telegram;

/// <summary>The messages that a reply becomes. Rendered once, and the same again for whoever takes the reply over.</summary>
internal sealed class AnswerParts
{
    private readonly RenderedAnswer _rendered;
    private readonly bool _rich;

    /// <param name="rich">Whether rich messages may be tried.</param>
    /// <param name="textFrom">The parts from this one on are text all the same; null when none has to be.</param>
    public AnswerParts(OutboundReply reply, bool rich, int? textFrom)
    {
        _rendered = AnswerRenderer.Render(reply.Message.Text);
        Empty = _rendered.Pieces.Count == 0;
        // Where text shows all there is, old clients that can't show rich messages lose nothing.
        _rich = _rendered.Rich is not null && (textFrom is > 0 || (rich && textFrom is null && _rendered.Pieces is not [{ Entities.Length: 0 }]));
        All = Empty ? [new TextPart(reply.Message.State == MessageState.Stopped ? AnswerTexts.Stopped : AnswerTexts.Nothing)]
            : !_rich ? [.. _rendered.Pieces.Select(TextPart.Of)]
            : textFrom is { } from ? Mixed(from)
            : [.. _rendered.Rich!.Select(r => new RichPart(r))];
    }

    /// <summary>Never empty: a text stands in for an answer that shows nothing.</summary>
    public IReadOnlyList<MessagePart> All { get; private set; }

    public bool Empty { get; }

    /// <summary>Nothing is rich from the start.</summary>
    public bool AllText => !_rich;

    /// <summary>The parts from this one on become text; those before stay what they are.</summary>
    public void TextFrom(int part) => All = Mixed(part);

    private IReadOnlyList<MessagePart> Mixed(int from) => from == 0
        ? [.. _rendered.Pieces.Select(TextPart.Of)]
        : [.. _rendered.Rich!.Take(from).Select(r => new RichPart(r)), .. _rendered.Rich!.Skip(from).SelectMany(r => AnswerRenderer.Render(r).Pieces).Select(TextPart.Of)];
}
