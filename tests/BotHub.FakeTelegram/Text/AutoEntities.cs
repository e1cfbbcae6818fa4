using System.Buffers;

namespace BotHub.FakeTelegram;

/// <summary>What Telegram marks by itself: commands, mentions, hashtags, addresses of pages and mail.</summary>
internal static class AutoEntities
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("/@#:");

    /// <summary>Adds them to <paramref name="entities"/> where nothing else is.</summary>
    public static IReadOnlyList<FakeEntity> Add(string text, IReadOnlyList<FakeEntity> entities)
    {
        if (text.AsSpan().IndexOfAny(Signs) < 0) return entities;
        List<FakeEntity>? all = null;
        for (var at = text.AsSpan().IndexOfAny(Signs); at >= 0;)
        {
            var next = at + 1;
            if (Find(text, at) is { } found)
            {
                next = Math.Max(next, found.End);
                if (!Covered(entities, found)) (all ??= [.. entities]).Add(found);
            }

            var step = next < text.Length ? text.AsSpan(next).IndexOfAny(Signs) : -1;
            at = step < 0 ? -1 : next + step;
        }

        if (all is null) return entities;
        all.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Length.CompareTo(a.Length));
        return all;
    }

    private static bool Covered(IReadOnlyList<FakeEntity> entities, FakeEntity found)
    {
        foreach (var e in entities)
        {
            if (e.Type is "code" or "pre" or "text_link" or "text_mention" && found.Offset < e.End && e.Offset < found.End) return true;
        }

        return false;
    }

    private static FakeEntity? Find(string text, int at) => text[at] switch
    {
        '/' => Command(text, at),
        '@' => Mail(text, at) ?? Mention(text, at),
        '#' => Hashtag(text, at),
        _ => Url(text, at),
    };

    private static bool Word(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool Fresh(string text, int at) => at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '/' or '@' or '<' or '>');

    private static int Words(string text, int from)
    {
        while (from < text.Length && Word(text[from])) from++;
        return from;
    }

    private static FakeEntity? Command(string text, int at)
    {
        if (!Fresh(text, at)) return null;
        var end = Words(text, at + 1);
        if (end - at - 1 is < 1 or > 64) return null;
        if (end < text.Length && text[end] == '@')
        {
            var name = Words(text, end + 1);
            if (name - end - 1 is >= 3 and <= 32) end = name;
        }

        return end < text.Length && text[end] is '/' ? null : new("bot_command", at, end - at);
    }

    private static FakeEntity? Mention(string text, int at)
    {
        if (!Fresh(text, at)) return null;
        var end = Words(text, at + 1);
        return end - at - 1 is >= 3 and <= 32 ? new("mention", at, end - at) : null;
    }

    private static FakeEntity? Mail(string text, int at)
    {
        var from = at;
        while (from > 0 && (Word(text[from - 1]) || text[from - 1] is '.' or '-' or '+')) from--;
        var end = at + 1;
        while (end < text.Length && (Word(text[end]) || text[end] is '.' or '-')) end++;
        while (end > at && text[end - 1] is '.' or '-') end--;
        return from < at && text.AsSpan(at, end - at).IndexOf('.') > 1 ? new("email", from, end - from) : null;
    }

    private static FakeEntity? Hashtag(string text, int at)
    {
        if (!Fresh(text, at)) return null;
        var end = at + 1;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_')) end++;
        return end - at > 1 && !text.AsSpan(at + 1, end - at - 1).ContainsAnyExceptInRange('0', '9') ? null : end - at > 1 ? new("hashtag", at, end - at) : null;
    }

    private static FakeEntity? Url(string text, int at)
    {
        if (at + 3 >= text.Length || text[at + 1] != '/' || text[at + 2] != '/') return null;
        var from = at;
        while (from > 0 && char.IsAsciiLetter(text[from - 1])) from--;
        if (!text.AsSpan(from, at - from).Equals("http", StringComparison.OrdinalIgnoreCase) && !text.AsSpan(from, at - from).Equals("https", StringComparison.OrdinalIgnoreCase)) return null;
        var end = at + 3;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('<' or '>' or '"')) end++;
        while (end > at && text[end - 1] is '.' or ',' or ')' or '!' or '?' or ';' or ':') end--;
        return text.AsSpan(at + 3, end - at - 3).IndexOf('.') > 0 ? new("url", from, end - from) : null;
    }
}
