namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Follows fenced code line by line without parsing: enough to tell whether a line is code.</summary>
internal struct FenceScanner
{
    private char _mark;
    private int _length;

    public readonly bool Inside => _length > 0;

    /// <summary>The fence that would go on with the code, or the empty string outside of code.</summary>
    public readonly string Fence => new(_mark, _length);

    /// <summary>Takes the next line; true when the line is a fence, not content.</summary>
    public bool Read(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (line.Length < 3 || line[0] is not ('`' or '~')) return false;
        var mark = line[0];
        var length = line.IndexOfAnyExcept(mark) is var end and >= 0 ? end : line.Length;
        if (length < 3) return false;
        if (!Inside)
        {
            if (mark == '`' && line[length..].Contains('`')) return false;
            (_mark, _length) = (mark, length);
            return true;
        }
        if (mark != _mark || length < _length || length < line.Length) return false;
        _length = 0;
        return true;
    }

    /// <summary>
    /// Takes all lines that hold a fence up to the end of a text; lines without are skipped at the speed of a search. Returns the index
    /// behind the last fence, 0 when there is none.
    /// </summary>
    public int ReadAll(ReadOnlySpan<char> text)
    {
        int read = 0, behind = 0;
        while (NextFence(text[read..]) is var found and >= 0)
        {
            var at = read + found;
            var start = text[..at].LastIndexOf('\n') + 1;
            var end = text[at..].IndexOf('\n') is var length and >= 0 ? at + length + 1 : text.Length;
            if (Read(text[start..end])) behind = end;
            read = end;
        }
        return behind;
    }

    private readonly int NextFence(ReadOnlySpan<char> text)
    {
        if (Inside) return text.IndexOf(_mark == '`' ? "```" : "~~~");
        var ticks = text.IndexOf("```");
        var waves = (ticks < 0 ? text : text[..ticks]).IndexOf("~~~");
        return waves < 0 ? ticks : waves;
    }
}
