using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BotHub.FakeTelegram;

/// <summary>
/// Splits the Markdown of a rich message into blocks, as far as counting and showing them needs it: headings, fences, lists,
/// quotes, tables, rules, formulas and details. Inline marks stay in the text.
/// </summary>
internal sealed partial class RichMarkdown
{
    private readonly Utf8JsonWriter _json;
    private readonly RichBlocks _size;

    private RichMarkdown(Utf8JsonWriter json, RichBlocks size) => (_json, _size) = (json, size);

    /// <summary>The blocks as JSON.</summary>
    public static string Read(string markdown, RichBlocks size) => Encoding.UTF8.GetString(Jsons.Bytes((markdown, size), static (json, s) =>
        new RichMarkdown(json, s.size).Blocks(s.markdown.ReplaceLineEndings("\n").Split('\n'), 1)));

    private void Blocks(IReadOnlyList<string> lines, int depth)
    {
        // Deeper than any limit: counted, not followed, so that nothing overflows.
        if (depth > 64) lines = [];
        _json.WriteStartArray();
        for (var at = 0; at < lines.Count;)
        {
            if (string.IsNullOrWhiteSpace(lines[at])) at++;
            else at = Block(lines, at, depth);
        }

        _json.WriteEndArray();
    }

    private int Block(IReadOnlyList<string> lines, int at, int depth)
    {
        var line = lines[at];
        var bare = line.TrimStart();
        _size.Block(depth);
        _json.WriteStartObject();
        int next;
        if (bare.StartsWith("```", StringComparison.Ordinal) || bare.StartsWith("~~~", StringComparison.Ordinal)) next = Fence(lines, at, bare);
        else if (bare.StartsWith("$$", StringComparison.Ordinal)) next = Formula(lines, at, bare);
        else if (Heading().Match(line) is { Success: true } heading) next = Header(heading, at);
        else if (Rule().IsMatch(line)) next = Type("divider", at + 1);
        else if (bare.StartsWith('>')) next = Quote(lines, at, depth);
        else if (bare.StartsWith("<details", StringComparison.OrdinalIgnoreCase)) next = Details(lines, at, depth);
        else if (at + 1 < lines.Count && line.Contains('|') && Delimiter().IsMatch(lines[at + 1])) next = Table(lines, at);
        else if (Item().IsMatch(line)) next = List(lines, at, depth);
        else next = Paragraph(lines, at);
        _json.WriteEndObject();
        return next;
    }

    private int Type(string type, int next)
    {
        _json.WriteString("type", type);
        return next;
    }

    private void Text(string name, string text)
    {
        _json.WriteString(name, text);
        _size.Characters(text.Length);
    }

    private int Fence(IReadOnlyList<string> lines, int at, string bare)
    {
        var mark = bare[..(bare.Length - bare.TrimStart(bare[0]).Length)];
        var end = at + 1;
        while (end < lines.Count && !lines[end].TrimStart().StartsWith(mark, StringComparison.Ordinal)) end++;
        Type("pre", 0);
        Text("text", string.Join('\n', lines.Skip(at + 1).Take(end - at - 1)));
        if (bare[mark.Length..].Trim() is { Length: > 0 } language) _json.WriteString("language", language);
        return end + 1;
    }

    private int Formula(IReadOnlyList<string> lines, int at, string bare)
    {
        Type("mathematical_expression", 0);
        if (bare.Length > 4 && bare.TrimEnd().EndsWith("$$", StringComparison.Ordinal))
        {
            Text("expression", bare.Trim()[2..^2]);
            return at + 1;
        }

        var end = at + 1;
        while (end < lines.Count && !lines[end].Contains("$$", StringComparison.Ordinal)) end++;
        Text("expression", string.Join('\n', lines.Skip(at + 1).Take(end - at - 1)));
        return end + 1;
    }

    private int Header(Match heading, int at)
    {
        Type("heading", 0);
        Text("text", heading.Groups[2].Value.TrimEnd(' ', '#'));
        _json.WriteNumber("size", heading.Groups[1].Length);
        return at + 1;
    }

    private int Quote(IReadOnlyList<string> lines, int at, int depth)
    {
        List<string> inner = [];
        for (; at < lines.Count && lines[at].TrimStart() is ['>', .. var rest]; at++) inner.Add(rest.StartsWith(' ') ? rest[1..] : rest);
        Type("blockquote", 0);
        _json.WritePropertyName("blocks");
        Blocks(inner, depth + 1);
        return at;
    }

    private int Details(IReadOnlyList<string> lines, int at, int depth)
    {
        var (end, open) = (at, 0);
        for (; end < lines.Count; end++)
        {
            open += Count(lines[end], "<details") - Count(lines[end], "</details");
            if (open <= 0) break;
        }

        var inner = string.Join('\n', lines.Skip(at).Take(end - at + 1));
        var summary = Summary().Match(inner);
        Type("details", 0);
        Text("summary", summary.Success ? summary.Groups[1].Value.Trim() : "");
        inner = DetailsTag().Replace(Summary().Replace(inner, "", 1), "", 1);
        var close = inner.LastIndexOf("</details", StringComparison.OrdinalIgnoreCase);
        _json.WritePropertyName("blocks");
        Blocks((close < 0 ? inner : inner[..close]).Split('\n'), depth + 1);
        return end + 1;
    }

    private static int Count(string line, string part)
    {
        var count = 0;
        for (var at = line.IndexOf(part, StringComparison.OrdinalIgnoreCase); at >= 0; at = line.IndexOf(part, at + 1, StringComparison.OrdinalIgnoreCase)) count++;
        return count;
    }

    private int Table(IReadOnlyList<string> lines, int at)
    {
        Type("table", 0);
        _json.WriteStartArray("cells");
        Row(lines[at], isHeader: true);
        for (at += 2; at < lines.Count && lines[at].Contains('|'); at++) Row(lines[at], isHeader: false);
        _json.WriteEndArray();
        return at;
    }

    private void Row(string line, bool isHeader)
    {
        var cells = Pipe().Split(line.Trim().Trim('|'));
        _size.Row(cells.Length);
        _json.WriteStartArray();
        foreach (var cell in cells)
        {
            _json.WriteStartObject();
            Text("text", cell.Trim());
            if (isHeader) _json.WriteBoolean("is_header", true);
            _json.WriteString("align", "left");
            _json.WriteString("valign", "middle");
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private int List(IReadOnlyList<string> lines, int at, int depth)
    {
        Type("list", 0);
        _json.WriteStartArray("items");
        while (at < lines.Count && Item().Match(lines[at]) is { Success: true } item)
        {
            var indent = item.Length;
            List<string> inner = [lines[at][indent..]];
            for (at++; at < lines.Count; at++)
            {
                if (Indent(lines[at]) >= Math.Min(indent, 2) && lines[at].Trim().Length > 0) inner.Add(lines[at][Math.Min(indent, Indent(lines[at]))..]);
                else if (lines[at].Trim().Length == 0 && at + 1 < lines.Count && Indent(lines[at + 1]) >= Math.Min(indent, 2)) inner.Add("");
                else break;
            }

            if (at < lines.Count && lines[at].Trim().Length == 0 && at + 1 < lines.Count && Item().IsMatch(lines[at + 1])) at++;
            _size.Block(depth + 1);
            _json.WriteStartObject();
            _json.WriteString("label", item.Groups[1].Value is "-" or "*" or "+" ? "•" : item.Groups[1].Value);
            _json.WritePropertyName("blocks");
            Blocks(inner, depth + 2);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        return at;
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private int Paragraph(IReadOnlyList<string> lines, int at)
    {
        var end = at + 1;
        while (end < lines.Count && lines[end].Trim().Length > 0 && !Starts().IsMatch(lines[end])) end++;
        Type("paragraph", 0);
        Text("text", string.Join('\n', lines.Skip(at).Take(end - at)).Trim());
        return end;
    }

    [GeneratedRegex(@"^ {0,3}(#{1,6})\s+(.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^ {0,3}([-*_])\s*(\1\s*){2,}$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"^ *([-*+]|\d{1,9}[.)])\s+")]
    private static partial Regex Item();

    [GeneratedRegex(@"^ {0,3}(#{1,6}\s|```|~~~|>|\$\$|<details|[-*+]\s|\d{1,9}[.)]\s)", RegexOptions.IgnoreCase)]
    private static partial Regex Starts();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Pipe();

    [GeneratedRegex(@"<summary[^>]*>(.*?)</summary>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex("<details[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex DetailsTag();
}
