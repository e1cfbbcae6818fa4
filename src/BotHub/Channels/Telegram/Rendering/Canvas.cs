using System.Text;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Collects text line by line. Breaks and indentation are written only when text follows, so nothing is left over at the end of an
/// empty block.
/// </summary>
internal sealed class Canvas
{
    private const int NoQuote = -1;

    private readonly StringBuilder _text = new();
    private readonly List<Mark> _marks = [];
    private readonly List<Cut> _cuts = [];
    private string _indent = "";
    private string? _marker;
    private int _newlines;
    private CutRank _rank = CutRank.Poor;
    private bool _freshLine = true;
    private int _quote = NoQuote;

    public int Length => _text.Length;

    public bool InQuote => _quote != NoQuote;

    public WrittenText Finish()
    {
        var text = _text.ToString();
        return new(text, MarkOrder.Settle(text, _marks), _cuts);
    }

    /// <summary>Asks for newlines before whatever comes next; of several requests the widest and best counts.</summary>
    public void Break(int newlines, CutRank rank)
    {
        if (_text.Length == 0) return;
        _newlines = Math.Max(_newlines, newlines);
        if (rank < _rank) _rank = rank;
    }

    /// <param name="width">Columns by which the lines after the marker's are indented.</param>
    public void BeginItem(string marker, int width)
    {
        _marker = (_marker ?? _indent) + marker;
        _indent += new string(' ', width);
    }

    /// <param name="indent">What <see cref="BeginItem"/> or <see cref="BeginQuote"/> found.</param>
    public void EndItem(string indent)
    {
        WriteMarkerAlone();
        _indent = indent;
    }

    /// <summary>Indentation of the line to come; give it back to <see cref="EndItem"/> or <see cref="EndQuote"/>.</summary>
    public string Indent => _indent;

    /// <summary>Quotes cannot be nested on Telegram: only the outermost is one, those inside have a ">" before each line.</summary>
    public void BeginQuote()
    {
        if (InQuote)
        {
            _indent += "> ";
            if (_marker is not null) _marker += "> ";
            return;
        }
        WriteMarkerAlone();
        WriteBreak();
        if (!_freshLine) NewLine();
        _indent = "";
        _quote = _text.Length;
    }

    public void EndQuote(string indent, bool outermost)
    {
        WriteMarkerAlone();
        _indent = indent;
        if (!outermost) return;
        AddMark(_quote, MarkKind.Quote);
        _quote = NoQuote;
    }

    /// <summary>Where a mark begins that covers what is written next.</summary>
    public int Open()
    {
        WriteBreak();
        if (_freshLine) _text.Append(_marker ?? _indent);
        _freshLine = false;
        _marker = null;
        return _text.Length;
    }

    public void AddMark(int start, MarkKind kind, string? argument = null)
    {
        if (_text.Length > start) _marks.Add(new(start, _text.Length, kind, argument));
    }

    public void Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            var line = end < 0 ? text : text[..end];
            if (!line.IsEmpty)
            {
                Open();
                _text.Append(line);
            }
            if (end < 0) return;
            NewLine();
            text = text[(end + 1)..];
        }
    }

    public void NewLine()
    {
        Open();
        _text.Append('\n');
        _freshLine = true;
    }

    /// <summary>Writes text exactly as it is, on lines of its own, as a block of code. It interrupts a quote, which may not contain it.</summary>
    public void WritePre(string text, string? language)
    {
        WriteMarkerAlone();
        if (InQuote) AddMark(_quote, MarkKind.Quote);
        WriteBreak();
        if (!_freshLine) _text.Append('\n');
        var start = _text.Length;
        _text.Append(text);
        _freshLine = false;
        AddMark(start, MarkKind.Pre, language);
        if (InQuote) _quote = _text.Length;
        Break(1, CutRank.Nested);
    }

    private void WriteMarkerAlone()
    {
        if (_marker is null) return;
        var marker = _marker.TrimEnd();
        WriteBreak();
        _text.Append(marker);
        _marker = null;
        _freshLine = false;
        Break(1, CutRank.Poor);
    }

    private void WriteBreak()
    {
        if (_newlines == 0) return;
        // A line begun and left empty needs one newline less.
        var due = _freshLine && _text.Length > 0 && _text[^1] == '\n' ? _newlines - 1 : _newlines;
        if (due > 0)
        {
            _cuts.Add(new(_text.Length, _rank));
            _text.Append('\n', due);
        }
        _newlines = 0;
        _rank = CutRank.Poor;
        _freshLine = true;
    }
}
