using System.Buffers;
using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>From what a bot sends to what people see: parse mode, entities, cleaning, trimming, length.</summary>
internal static class TextRules
{
    public const int LongestText = 4096;
    public const int LongestCaption = 1024;

    /// <summary>Bytes of UTF-8 that are refused before any parsing.</summary>
    private const int LongestRequest = 32 * 1024;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Where(c => c != '\n').Select(c => (char)c)]);

    /// <summary>Reads <paramref name="textField"/> with its parse mode or entities.</summary>
    public static FormattedText Read(Call call, string textField, string entitiesField, int longest, bool mayBeEmpty, bool strict)
    {
        var raw = call.Text(textField);
        if (raw.Length == 0) return mayBeEmpty ? FormattedText.Empty : throw Refused.Bad("message text is empty");
        if (raw.Length > LongestRequest / 4 && Encoding.UTF8.GetByteCount(raw) > LongestRequest) throw Refused.Bad("text is too long");

        var parsed = call.Text("parse_mode").ToLowerInvariant() switch
        {
            "" or "none" => new FormattedText(raw, Entities(call, entitiesField)),
            "markdown" => MarkdownReader.Read(raw),
            "markdownv2" => MarkdownV2Reader.Read(raw),
            "html" => HtmlReader.Read(raw),
            _ => throw Refused.Bad("unsupported parse_mode"),
        };
        if (parsed.Entities.Count > 0) parsed = parsed with { Entities = EntityRules.Check(parsed.Text, parsed.Entities, strict) };
        if (parsed.Text.AsSpan().IndexOfAny(Controls) >= 0) parsed = Clean(parsed.Text, parsed.Entities);
        var (text, entities) = Trim(parsed.Text, parsed.Entities);
        if (text.Length == 0) return mayBeEmpty ? FormattedText.Empty : throw Refused.Bad("text must be non-empty");
        if (text.Length > longest) throw Refused.Bad(longest == LongestCaption ? "message caption is too long" : "message is too long");
        return new(text, AutoEntities.Add(text, entities));
    }

    private static List<FakeEntity> Entities(Call call, string field)
    {
        List<FakeEntity> entities = [];
        if (!call.TryJson(field, out var array) || array.ValueKind != System.Text.Json.JsonValueKind.Array) return entities;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != System.Text.Json.JsonValueKind.Object) throw Refused.Bad("can't parse MessageEntity: expected an Object");
            var type = item.Text("type") ?? throw Refused.Bad("can't parse MessageEntity: Can't find field \"type\"");
            var offset = item.Integer("offset") ?? throw Refused.Bad("can't parse MessageEntity: Can't find field \"offset\"");
            var length = item.Integer("length") ?? throw Refused.Bad("can't parse MessageEntity: Can't find field \"length\"");
            if (EntityRules.IsAutomatic(type)) continue;
            if (!EntityRules.IsKnown(type)) throw Refused.Bad("can't parse MessageEntity: Unsupported type specified");
            var entity = new FakeEntity(type, (int)Math.Clamp(offset, -1, int.MaxValue), (int)Math.Clamp(length, -1, int.MaxValue))
            {
                Language = type == "pre" ? item.Text("language") : null,
                CustomEmojiId = item.Text("custom_emoji_id"),
                UnixTime = item.Integer("unix_time"),
                UserId = type == "text_mention" && item.TryGetProperty("user", out var user) ? user.Integer("id") : null,
            };
            if (type == "text_link")
            {
                var url = item.Text("url") ?? "";
                entity = Links.Entity(url, entity.Offset, entity.Length) ?? throw Refused.Bad($"entity URL '{url}' is invalid");
            }

            entities.Add(entity);
        }

        return entities;
    }

    /// <summary>Carriage returns go, other control characters become spaces.</summary>
    private static FormattedText Clean(string text, IReadOnlyList<FakeEntity> entities)
    {
        var clean = new StringBuilder(text.Length);
        var map = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            map[i] = clean.Length;
            if (text[i] != '\r') clean.Append(text[i] is < ' ' and not '\n' ? ' ' : text[i]);
        }

        map[text.Length] = clean.Length;
        return new(clean.ToString(), [.. entities.Select(e => e with { Offset = map[e.Offset], Length = map[e.End] - map[e.Offset] }).Where(e => e.Length > 0)]);
    }

    private static FormattedText Trim(string text, IReadOnlyList<FakeEntity> entities)
    {
        if (text.Length == 0 || (!char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]))) return new(text, entities);
        var start = text.Length - text.AsSpan().TrimStart().Length;
        if (start == text.Length) return FormattedText.Empty;
        if (entities.Count > 0) start = Math.Min(start, entities[0].Offset);
        var end = text.AsSpan().TrimEnd().Length;
        return new(text[start..end], [.. entities
            .Select(e => e with { Offset = e.Offset - start, Length = Math.Min(e.End, end) - e.Offset })
            .Where(e => e.Length > 0)]);
    }
}
