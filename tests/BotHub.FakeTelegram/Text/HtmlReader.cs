using System.Globalization;
using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>The HTML parse mode: a fixed set of tags, named and numeric character references, and the real server's errors.</summary>
internal sealed class HtmlReader
{
    private static readonly HashSet<string> Tags =
    [
        "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time", "span", "pre", "code", "blockquote",
    ];

    private readonly string _source;
    private readonly StringBuilder _text = new();
    private readonly Stack<Open> _open = new();
    private readonly List<FakeEntity> _entities = [];
    private int _at;

    private HtmlReader(string source) => _source = source;

    private sealed record Open(string Tag, string Argument, long Unix, int TextAt);

    public static FormattedText Read(string source) => new HtmlReader(source).Read();

    private FormattedText Read()
    {
        while (_at < _source.Length)
        {
            if (_source[_at] == '<')
            {
                if (Peek(1) == '/') EndTag();
                else StartTag();
            }
            else if (_source[_at] != '&' || !Reference(_text))
            {
                _text.Append(_source[_at++]);
            }
        }

        if (_open.TryPeek(out var left)) throw ParseError.Plain($"Can't find end tag corresponding to start tag \"{left.Tag}\"");
        Merge();
        return new(_text.ToString(), [.. _entities.OrderBy(e => e.Offset).ThenByDescending(e => e.Length)]);
    }

    private char Peek(int ahead = 0) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private void SkipSpace()
    {
        while (char.IsWhiteSpace(Peek())) _at++;
    }

    private bool Reference(StringBuilder to)
    {
        var end = _source.AsSpan(_at + 1, Math.Min(12, _source.Length - _at - 1)).IndexOf(';');
        var name = end < 0 ? [] : _source.AsSpan(_at + 1, end);
        var code = name switch
        {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            ['#', 'x' or 'X', .. var hex] when int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) => value,
            ['#', .. var digits] when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
            _ => 0,
        };
        if (!Rune.IsValid(code) || code == 0) return false;
        to.Append(new Rune(code));
        _at += end + 2;
        return true;
    }

    private void StartTag()
    {
        var begin = _at++;
        var nameAt = _at;
        while (_at < _source.Length && !char.IsWhiteSpace(Peek()) && Peek() != '>') _at++;
        if (_at >= _source.Length) throw ParseError.At(_source, begin, "Unclosed start tag at byte offset ");
        var tag = _source[nameAt.._at].ToLowerInvariant();
        if (!Tags.Contains(tag)) throw ParseError.At(_source, begin, $"Unsupported start tag \"{tag}\" at byte offset ");

        var (argument, unix) = ("", 0L);
        while (true)
        {
            SkipSpace();
            if (Peek() == '>') break;
            var (name, value) = Attribute(tag, begin);
            switch (tag, name)
            {
                case ("a", "href") or ("tg-emoji", "emoji-id") or ("tg-time", "format"): argument = value ?? ""; break;
                case ("code", "class") when value?.StartsWith("language-", StringComparison.Ordinal) == true: argument = value[9..]; break;
                case ("span", "class") when value?.StartsWith("tg-", StringComparison.Ordinal) == true: argument = value[3..]; break;
                case ("blockquote", "expandable"): argument = "1"; break;
                case ("tg-time", "unix"): _ = long.TryParse(value, out unix); break;
            }
        }

        _at++;
        if (tag == "span" && argument != "spoiler") throw ParseError.At(_source, begin, "Tag \"span\" must have class \"tg-spoiler\" at byte offset ");
        _open.Push(new(tag, argument, unix, _text.Length));
    }

    private (string Name, string? Value) Attribute(string tag, int begin)
    {
        var nameAt = _at;
        while (_at < _source.Length && !char.IsWhiteSpace(Peek()) && Peek() is not ('=' or '>' or '/' or '"' or '\'')) _at++;
        var name = _source[nameAt.._at];
        if (name.Length == 0) throw ParseError.At(_source, begin, $"Empty attribute name in the tag \"{tag}\" at byte offset ");
        SkipSpace();
        if (Peek() != '=') return _at < _source.Length ? (name, null) : throw Unclosed();
        _at++;
        SkipSpace();
        if (_at >= _source.Length) throw Unclosed();

        var value = new StringBuilder();
        if (Peek() is '"' or '\'')
        {
            var quote = _source[_at++];
            while (_at < _source.Length && Peek() != quote)
            {
                if (Peek() != '&' || !Reference(value)) value.Append(_source[_at++]);
            }

            _at++;
            return _at < _source.Length ? (name, value.ToString()) : throw ParseError.At(_source, begin, "Unclosed start tag at byte offset ");
        }

        var tokenAt = _at;
        while (char.IsAsciiLetterOrDigit(Peek()) || Peek() is '.' or '-') value.Append(char.ToLowerInvariant(_source[_at++]));
        if (!char.IsWhiteSpace(Peek()) && Peek() != '>') throw ParseError.At(_source, tokenAt, "Unexpected end of name token at byte offset ");
        return (name, value.ToString());

        Refused Unclosed() => ParseError.At(_source, begin, $"Unclosed start tag \"{tag}\" at byte offset ");
    }

    private void EndTag()
    {
        var begin = _at;
        if (!_open.TryPeek(out var open)) throw ParseError.At(_source, begin, "Unexpected end tag at byte offset ");
        _at += 2;
        var nameAt = _at;
        while (_at < _source.Length && !char.IsWhiteSpace(Peek()) && Peek() != '>') _at++;
        var name = _source[nameAt.._at].ToLowerInvariant();
        SkipSpace();
        if (Peek() != '>') throw ParseError.At(_source, begin, "Unclosed end tag at byte offset ");
        if (name.Length > 0 && name != open.Tag)
        {
            throw ParseError.At(_source, begin, "Unmatched end tag at byte offset ", $", expected \"</{open.Tag}>\", found \"</{name}>\"");
        }

        _at++;
        _open.Pop();
        var length = _text.Length - open.TextAt;
        if (length > 0 && Entity(open, length) is { } entity) _entities.Add(entity);
    }

    private FakeEntity? Entity(Open open, int length)
    {
        var (at, argument) = (open.TextAt, open.Argument);
        return open.Tag switch
        {
            "b" or "strong" => new("bold", at, length),
            "i" or "em" => new("italic", at, length),
            "u" or "ins" => new("underline", at, length),
            "s" or "strike" or "del" => new("strikethrough", at, length),
            "tg-spoiler" or "span" => new("spoiler", at, length),
            "code" => new("code", at, length) { Language = argument.Length > 0 ? argument : null },
            "pre" => new("pre", at, length),
            "blockquote" => new(argument.Length > 0 ? "expandable_blockquote" : "blockquote", at, length),
            "tg-emoji" => long.TryParse(argument, out var id) && id != 0
                ? new("custom_emoji", at, length) { CustomEmojiId = argument }
                : throw ParseError.Plain("Invalid custom emoji identifier specified"),
            "tg-time" => open.Unix > 0 ? new("date_time", at, length) { UnixTime = open.Unix, DateTimeFormat = argument } : null,
            _ => Links.Entity(argument.Length > 0 ? argument : _text.ToString(at, length), at, length),
        };
    }

    /// <summary><c>&lt;pre&gt;&lt;code class="language-x"&gt;</c> is one entity with a language; a language means nothing elsewhere.</summary>
    private void Merge()
    {
        for (var i = _entities.Count - 1; i >= 0; i--)
        {
            if (_entities[i] is not { Type: "code" } code) continue;
            var pre = _entities.FindIndex(e => e.Type == "pre" && e.Offset == code.Offset && e.Length == code.Length);
            if (pre >= 0)
            {
                _entities[pre] = _entities[pre] with { Language = code.Language };
                _entities.RemoveAt(i);
            }
            else if (code.Language is not null)
            {
                _entities[i] = code with { Language = null };
            }
        }
    }
}
