using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>
/// MarkdownV2 as the Bot API documents it, refusing exactly where the real server does: every reserved character outside its
/// role, every entity without an end. Source of the rules: core.telegram.org/bots/api#markdownv2-style and its server's errors.
/// </summary>
internal sealed class MarkdownV2Reader
{
    private const string Reserved = "_*[]()~`>#+-=|{}.!\n";

    private readonly string _source;
    private readonly StringBuilder _text = new();
    private readonly Stack<Open> _open = new();
    private readonly List<FakeEntity> _entities = [];
    private bool _inQuote;
    private bool _lineStart = true;
    private int _at;

    private MarkdownV2Reader(string source) => _source = source;

    private sealed record Open(string Name, int SourceAt, int TextAt, string? Language = null);

    public static FormattedText Read(string source) => new MarkdownV2Reader(source).Read();

    private FormattedText Read()
    {
        for (; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            if (c == '\\' && Next(1) is > '\0' and <= '~')
            {
                Append(_source[++_at]);
                continue;
            }

            var verbatim = _open.TryPeek(out var top) && top.Name is "Code" or "Pre" or "PreCode";
            if (verbatim ? c != '`' : !Reserved.Contains(c)) Append(c, verbatim);
            else if (top is not null && Ends(top, c)) End(c);
            else Begin(c);
        }

        if (_inQuote) EndLastQuote();
        if (_open.TryPeek(out var left)) throw Unended(left);
        return new(_text.ToString(), [.. _entities.OrderBy(e => e.Offset).ThenByDescending(e => e.Length)]);
    }

    private char Next(int ahead) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private void Append(char c, bool verbatim = false)
    {
        _text.Append(c);
        if (c != '\r') _lineStart = c == '\n' && !verbatim;
    }

    private bool Ends(Open open, char c)
    {
        if (_inQuote && c == '\n' && Next(1) != '>') return true;
        return open.Name switch
        {
            "Bold" => c == '*',
            "Italic" => c == '_' && Next(1) != '_',
            "Underline" => c == '_' && Next(1) == '_',
            "Strikethrough" => c == '~',
            "Spoiler" => c == '|' && Next(1) == '|',
            "Code" => c == '`',
            "Pre" or "PreCode" => c == '`' && Next(1) == '`' && Next(2) == '`',
            "TextUrl" or "CustomEmoji" => c == ']',
            _ => false,
        };
    }

    private void Begin(char c)
    {
        var from = _at;
        switch (c)
        {
            case '_' when Next(1) == '_': _at++; Push("Underline", from); break;
            case '_': Push("Italic", from); break;
            case '*': Push("Bold", from); break;
            case '~': Push("Strikethrough", from); break;
            case '|' when Next(1) == '|': _at++; Push("Spoiler", from); break;
            case '[': Push("TextUrl", from); break;
            case '!' when Next(1) == '[': _at++; Push("CustomEmoji", from); break;
            case '`' when Next(1) == '`' && Next(2) == '`': BeginPre(from); break;
            case '`': Push("Code", from); break;
            case '\n': Append(c); break;
            case '>' when _lineStart && _inQuote: break;
            case '>' when _lineStart: _inQuote = true; Push("BlockQuote", from); break;
            default: throw ParseError.Reserved(c);
        }
    }

    private void Push(string name, int from, string? language = null) => _open.Push(new(name, from, _text.Length, language));

    private void BeginPre(int from)
    {
        _at += 3;
        var end = _at;
        while (end < _source.Length && !char.IsWhiteSpace(_source[end]) && _source[end] != '`') end++;
        string? language = null;
        if (end > _at && end < _source.Length && _source[end] != '`') (language, _at) = (_source[_at..end], end);
        if (Next(0) is '\n' or '\r') _at += Next(1) is '\n' or '\r' && Next(0) != Next(1) ? 2 : 1;
        _at--;
        Push(language is null ? "Pre" : "PreCode", from, language);
    }

    private void End(char c)
    {
        var open = _open.Peek();
        if (c == '\n' && open.Name is not "BlockQuote")
        {
            // Two bars right before the end of the line make the quote expandable.
            if (open.Name != "Spoiler" || open.SourceAt < _at - 3 || _text.Length > open.TextAt + 1) throw Unended(open);
            _open.Pop();
            open = _open.Peek();
            if (open.Name != "BlockQuote") throw Unended(open);
            EndQuote(open, "expandable_blockquote");
            return;
        }

        switch (open.Name)
        {
            case "BlockQuote": EndQuote(open, "blockquote"); return;
            case "TextUrl": EndLink(open); return;
            case "CustomEmoji": EndEmoji(open); return;
            case "Underline" or "Spoiler": _at++; break;
            case "Pre" or "PreCode": _at += 2; break;
        }

        Add(open, open.Name switch { "PreCode" => "pre", var name => name.ToLowerInvariant() }, e => e with { Language = open.Language });
    }

    private void Add(Open open, string type, Func<FakeEntity, FakeEntity?> complete)
    {
        _open.Pop();
        var length = _text.Length - open.TextAt;
        if (length > 0 && complete(new(type, open.TextAt, length)) is { } entity) _entities.Add(entity);
    }

    private void EndQuote(Open open, string type)
    {
        Append('\n');
        _inQuote = false;
        Add(open, type, e => e);
    }

    private void EndLastQuote()
    {
        var type = "blockquote";
        if (_open.Peek() is { Name: "Spoiler" } bars && bars.SourceAt == _source.Length - 2)
        {
            _open.Pop();
            type = "expandable_blockquote";
        }

        if (_open.Peek() is { Name: "BlockQuote" } open) Add(open, type, e => e);
    }

    private void EndLink(Open open)
    {
        var url = Next(1) == '(' ? Url() : _text.ToString(open.TextAt, _text.Length - open.TextAt);
        Add(open, "text_link", e => Links.Entity(url, e.Offset, e.Length));
    }

    private void EndEmoji(Open open)
    {
        if (Next(1) != '(') throw ParseError.Plain("The entity must contain a tg://emoji or tg://time URL");
        var url = Url();
        const string emoji = "tg://emoji?id=";
        const string time = "tg://time?unix=";
        if (url.StartsWith(emoji, StringComparison.OrdinalIgnoreCase) && long.TryParse(url.AsSpan(emoji.Length), out var id) && id != 0)
        {
            Add(open, "custom_emoji", e => e with { CustomEmojiId = url[emoji.Length..] });
        }
        else if (url.StartsWith(time, StringComparison.OrdinalIgnoreCase) && long.TryParse(url[time.Length..].Split('&')[0], out var unix))
        {
            Add(open, "date_time", e => e with { UnixTime = unix });
        }
        else
        {
            throw ParseError.Plain("Invalid tg://emoji or tg://time URL specified");
        }
    }

    /// <summary>The address in parentheses behind the current <c>]</c>; leaves the position at its <c>)</c>.</summary>
    private string Url()
    {
        _at += 2;
        var from = _at;
        var url = new StringBuilder();
        for (; _at < _source.Length && _source[_at] != ')'; _at++)
        {
            if (_source[_at] == '\\' && Next(1) is > '\0' and <= '~') _at++;
            url.Append(_source[_at]);
        }

        if (_at >= _source.Length) throw ParseError.At(_source, from, "Can't find end of a URL at byte offset ");
        return url.ToString();
    }

    private Refused Unended(Open open) =>
        ParseError.At(_source, open.SourceAt, $"Can't find end of {open.Name} entity at byte offset ");
}
