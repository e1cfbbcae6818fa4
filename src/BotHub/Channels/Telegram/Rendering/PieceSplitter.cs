using global::Telegram.Bot.Types;
using global::Telegram.Bot.Types.Enums;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Cuts a written answer into messages. What is between two of them goes into the gap of the second, so nothing is lost and nothing is
/// said twice.
/// </summary>
internal sealed class PieceSplitter
{
    private readonly WrittenText _written;
    private readonly string _text;
    private readonly List<TextPiece> _pieces = [];

    // Marks before this one ended before the piece that is being made.
    private int _firstMark;

    private PieceSplitter(WrittenText written) => (_written, _text) = (written, written.Text);

    public static (IReadOnlyList<TextPiece> Pieces, string PlainText) Split(WrittenText written)
    {
        var splitter = new PieceSplitter(written);
        var end = splitter.Run();
        return (splitter._pieces, written.Text.Length == end ? written.Text : written.Text[..end]);
    }

    /// <summary>Returns where the last piece ends.</summary>
    private int Run()
    {
        int sent = 0, at = 0;
        while ((at = Start(at)) < _text.Length)
        {
            while (_firstMark < _written.Marks.Count && _written.Marks[_firstMark].End <= at) _firstMark++;
            var end = CutFinder.Find(_written, at, Limit(at));
            while (char.IsWhiteSpace(_text[end - 1])) end--;
            var piece = _text.AsSpan(at, end - at);
            if (Graphemes.IsVisible(piece))
            {
                _pieces.Add(new(piece.Length == _text.Length ? _text : piece.ToString(), Entities(at, end), _text[sent..at]));
                sent = end;
            }
            at = end;
        }
        return sent;
    }

    /// <summary>The first index that is not white space. Code keeps the indentation of its line.</summary>
    private int Start(int at)
    {
        var start = at;
        while (start < _text.Length && char.IsWhiteSpace(_text[start])) start++;
        if (start == _text.Length || InsideOf(MarkKind.Pre, start) is not { } pre) return start;
        while (start > at && start > pre.Start && _text[start - 1] != '\n') start--;
        return start;
    }

    private Mark? InsideOf(MarkKind kind, int index)
    {
        for (var i = _firstMark; i < _written.Marks.Count && _written.Marks[i].Start <= index; i++)
        {
            if (_written.Marks[i].Kind == kind && _written.Marks[i].End > index) return _written.Marks[i];
        }
        return null;
    }

    /// <summary>How far a piece may reach: as many characters, entities and bytes of entities as a message holds.</summary>
    private int Limit(int start)
    {
        var limit = Math.Min(_text.Length, start + RenderLimits.TextLength);
        int entities = 0, bytes = 0;
        for (var i = _firstMark; i < _written.Marks.Count && _written.Marks[i].Start < limit; i++)
        {
            var mark = _written.Marks[i];
            if (mark.End <= start) continue;
            bytes += mark.Bytes;
            // The few that can begin at one place always fit, see RenderLimits.LinkLength.
            if (++entities > RenderLimits.Entities || bytes > RenderLimits.EntityBytes) return mark.Start;
        }
        return limit;
    }

    private MessageEntity[] Entities(int start, int end)
    {
        List<MessageEntity>? entities = null;
        for (var i = _firstMark; i < _written.Marks.Count && _written.Marks[i].Start < end; i++)
        {
            if (_written.Marks[i].End > start && MarkOrder.Clip(_text, _written.Marks[i], start, end) is { } mark) (entities ??= []).Add(EntityOf(mark, start));
        }
        return entities?.ToArray() ?? [];
    }

    private static MessageEntity EntityOf(Mark mark, int pieceStart) => new()
    {
        Type = mark.Kind switch
        {
            MarkKind.Quote => MessageEntityType.Blockquote,
            MarkKind.Link => MessageEntityType.TextLink,
            MarkKind.Bold => MessageEntityType.Bold,
            MarkKind.Italic => MessageEntityType.Italic,
            MarkKind.Strike => MessageEntityType.Strikethrough,
            MarkKind.Code => MessageEntityType.Code,
            _ => MessageEntityType.Pre,
        },
        Offset = mark.Start - pieceStart,
        Length = mark.End - mark.Start,
        Url = mark.Kind is MarkKind.Link ? mark.Argument : null,
        Language = mark.Kind is MarkKind.Pre ? mark.Argument : null,
    };
}
