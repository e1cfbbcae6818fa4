using System.Collections.Frozen;
using System.Globalization;

namespace BotHub.Models.Eliza;

/// <summary>
/// Reads the format that <c>prompts/eliza.script</c> explains at its top. All errors of a file are reported at once, each
/// with its line.
/// </summary>
internal sealed class ElizaScriptParser
{
    private const int MemoryRules = 4;

    private readonly string _source;
    private readonly List<string> _errors = [];
    private readonly Dictionary<string, Section> _keywords = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _tags = new(StringComparer.Ordinal);
    private readonly List<(int Line, string Keyword)> _links = [];
    private readonly List<(int Line, string Tag)> _tagUses = [];
    private readonly Section _none = new(0, "NONE", null, 0);
    private Section? _memory;
    private Section? _open;
    private string? _greeting;
    private int _line;

    private ElizaScriptParser(string source) => _source = source;

    /// <summary>Reads a script.</summary>
    /// <param name="text">The script's text.</param>
    /// <param name="source">How error messages name it: its file name.</param>
    /// <exception cref="InvalidDataException">The script is wrong; the message names every line and what to mend.</exception>
    public static ElizaScript Parse(string text, string source) => new ElizaScriptParser(source).Read(text);

    private ElizaScript Read(string text)
    {
        foreach (var raw in text.Split('\n'))
        {
            _line++;
            var line = raw.Trim().Replace('’', '\'').ToUpperInvariant();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var (word, rest) = Cut(line);
            Statement(word, rest);
        }

        CheckWhole();
        if (_errors.Count > 0)
            throw new InvalidDataException(string.Join(Environment.NewLine, _errors));
        return Build();
    }

    private void Statement(string word, string rest)
    {
        switch (word)
        {
            case "GREETING": _greeting = rest; break;
            case "NONE": _open = _none; break;
            case "MEMORY": OpenMemory(rest); break;
            case "KEY": OpenKey(rest); break;
            case "MATCH": Match(rest); break;
            case "SAY": Reply(new ElizaReply.Say(new ElizaTemplate(rest)), rest); break;
            case "NEXT": Reply(new ElizaReply.Next(), ""); break;
            case "GOTO": Goto(rest); break;
            case "PRE": Pre(rest); break;
            default: Error($"'{word}' is no statement; expected greeting, none, memory, key, match, say, goto, pre or next"); break;
        }
    }

    private void OpenMemory(string rest)
    {
        if (_memory is not null)
            Error("there can be only one 'memory'");
        _links.Add((_line, rest));
        _open = _memory = new Section(_line, rest, null, 0);
    }

    private void OpenKey(string rest)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            Error("'key' needs a word");
            return;
        }

        string? becomes = null;
        var rank = 0;
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] == "=" && i + 1 < words.Length)
                becomes = words[++i];
            else if (words[i] == "RANK" && i + 1 < words.Length
                     && int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out rank))
                i++;
            else if (words[i] == "TAGS" && i + 1 < words.Length)
                while (++i < words.Length)
                    Tag(words[i], words[0], becomes);
            else
                Error($"'{words[i]}' is not understood; a key is: key WORD [= NEW] [rank N] [tags A B]");
        }

        _open = new Section(_line, words[0], becomes, rank);
        if (!_keywords.TryAdd(words[0], _open))
            Error($"the key '{words[0]}' is already there in line {_keywords[words[0]].Line}");
    }

    private void Tag(string tag, string word, string? becomes)
    {
        if (!_tags.TryGetValue(tag, out var words))
            _tags[tag] = words = new HashSet<string>(StringComparer.Ordinal);
        words.Add(word);
        if (becomes is not null)
            words.Add(becomes);
    }

    private void Match(string rest)
    {
        if (_open is null)
        {
            Error("'match' must follow a key, memory or none");
            return;
        }

        var pattern = ElizaPattern.Read(rest, out var error);
        if (error is not null)
            Error(error);
        if (pattern.Count > 9)
            Error("a pattern has at most nine elements");
        _tagUses.AddRange(pattern.OfType<ElizaElement.Tagged>().Select(t => (_line, t.Tag)));
        _open.Rules.Add(new Draft(_line, pattern));
    }

    private void Goto(string keyword)
    {
        if (_open is { Rules.Count: 0 })
            _open.Rules.Add(new Draft(_line, [new ElizaElement.Any()]));
        _links.Add((_line, keyword));
        Reply(new ElizaReply.Goto(keyword), "");
    }

    private void Pre(string rest)
    {
        var arrow = rest.LastIndexOf("->", StringComparison.Ordinal);
        if (arrow < 0)
        {
            Error("'pre' is: pre TEXT -> WORD");
            return;
        }

        var text = rest[..arrow].Trim();
        var keyword = rest[(arrow + 2)..].Trim();
        _links.Add((_line, keyword));
        Reply(new ElizaReply.Pre(new ElizaTemplate(text), keyword), text);
    }

    private void Reply(ElizaReply reply, string text)
    {
        if (_open is null || _open.Rules.Count == 0)
        {
            Error("a reply must follow a 'match'");
            return;
        }

        var rule = _open.Rules[^1];
        var highest = new ElizaTemplate(text).HighestComponent;
        if (highest > rule.Pattern.Count)
            Error($"${highest} is used, but the pattern of line {rule.Line} has {rule.Pattern.Count} element(s)");
        if (reply is ElizaReply.Say && text.Length == 0)
            Error("'say' needs a text");
        rule.Replies.Add(reply);
    }

    private void CheckWhole()
    {
        if (string.IsNullOrEmpty(_greeting))
            Error("'greeting' is missing", 1);
        if (!_none.Rules.Exists(r => r.Pattern is [ElizaElement.Any] && r.Replies.TrueForAll(x => x is ElizaReply.Say)))
            Error("'none' must have a 'match *' that only says", 1);
        foreach (var (line, keyword) in _links)
            if (!_keywords.TryGetValue(keyword, out var target) || target.Rules.Count == 0)
                Error($"there is no key '{keyword}' with rules", line);
        foreach (var (line, tag) in _tagUses)
            if (!_tags.ContainsKey(tag))
                Error($"no key carries the tag '{tag}'", line);
        foreach (var rule in Sections().SelectMany(s => s.Rules).Where(r => r.Replies.Count == 0))
            Error("this 'match' has no reply", rule.Line);
        if (_memory is not null && (_memory.Rules.Count != MemoryRules || _memory.Rules.Exists(r => r.Replies is not [ElizaReply.Say])))
            Error($"'memory' needs exactly {MemoryRules} pairs of 'match' and 'say'", _memory.Line);
    }

    private IEnumerable<Section> Sections() =>
        _memory is null ? [_none, .. _keywords.Values] : [_none, _memory, .. _keywords.Values];

    private ElizaScript Build()
    {
        var index = 0;
        IReadOnlyList<ElizaRule> Rules(Section? section) =>
            section is null ? [] : [.. section.Rules.Select(r => new ElizaRule(index++, r.Pattern, r.Replies))];
        return new ElizaScript(
            _greeting!,
            _keywords.Values.Select(s => new ElizaKeyword(s.Word, s.Becomes, s.Rank, Rules(s))).ToFrozenDictionary(k => k.Word),
            Rules(_none),
            _memory?.Word,
            Rules(_memory),
            _tags.ToFrozenDictionary(t => t.Key, t => t.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal));
    }

    private static (string Word, string Text) Cut(string line)
    {
        var space = line.IndexOfAny([' ', '\t']);
        return space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
    }

    private void Error(string message, int? line = null) => _errors.Add($"{_source}({line ?? _line}): {message}");

    private sealed record Section(int Line, string Word, string? Becomes, int Rank)
    {
        public List<Draft> Rules { get; } = [];
    }

    private sealed record Draft(int Line, IReadOnlyList<ElizaElement> Pattern)
    {
        public List<ElizaReply> Replies { get; } = [];
    }
}
