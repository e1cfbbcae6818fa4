using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>The legacy Markdown mode: no nesting, four escapes, <c>* _ ` [</c>.</summary>
internal static class MarkdownReader
{
    public static FormattedText Read(string source)
    {
        var text = new StringBuilder();
        List<FakeEntity> entities = [];
        for (var at = 0; at < source.Length; at++)
        {
            var c = source[at];
            if (c == '\\' && at + 1 < source.Length && source[at + 1] is '_' or '*' or '`' or '[')
            {
                text.Append(source[++at]);
                continue;
            }

            if (c is not ('_' or '*' or '`' or '[')) text.Append(c);
            else at = Entity(source, at, text, entities);
        }

        return new(text.ToString(), entities);
    }

    private static int Entity(string source, int from, StringBuilder text, List<FakeEntity> entities)
    {
        var c = source[from];
        var start = text.Length;
        var pre = c == '`' && source.AsSpan(from).StartsWith("```");
        var begin = from + (pre ? 3 : 1);
        var mark = pre ? "```" : c == '[' ? "]" : c.ToString();
        var end = source.IndexOf(mark, begin, StringComparison.Ordinal);
        if (end < 0) throw ParseError.At(source, from, "Can't find end of the entity starting at byte offset ");

        string? language = null;
        if (pre && source.AsSpan(begin, end - begin).IndexOf('\n') is >= 0 and var line)
        {
            if (line > 0 && !source.AsSpan(begin, line).ContainsAny(" \t")) language = source.Substring(begin, line);
            if (line == 0 || language is not null) begin += line + 1;
        }

        text.Append(source, begin, end - begin);
        var entity = new FakeEntity(pre ? "pre" : c switch { '_' => "italic", '*' => "bold", '`' => "code", _ => "text_link" }, start, end - begin) { Language = language };
        var next = end + mark.Length - 1;
        if (c == '[')
        {
            if (next + 1 >= source.Length || source[next + 1] != '(') return next;
            var close = source.IndexOf(')', next);
            if (close < 0) close = source.Length - 1;
            var url = source[(next + 2)..close];
            if (Links.Entity(url, start, entity.Length) is { } link && entity.Length > 0) entities.Add(link);
            return close;
        }

        if (entity.Length > 0) entities.Add(entity);
        return next;
    }
}
