namespace BotHub.FakeTelegram;

/// <summary>
/// What entities may be. Offsets outside the text or inside a surrogate pair are refused by Telegram with these texts; overlaps
/// and bad nesting are repaired there and refused here while <see cref="FakeTelegramOptions.StrictEntities"/> is on.
/// </summary>
internal static class EntityRules
{
    private static readonly HashSet<string> Styles = ["bold", "italic", "underline", "strikethrough", "spoiler"];
    private static readonly HashSet<string> Quotes = ["blockquote", "expandable_blockquote"];
    private static readonly HashSet<string> Verbatim = ["code", "pre"];
    private static readonly HashSet<string> Continuous = ["text_link", "text_mention", "custom_emoji", "date_time"];

    /// <summary>Found by Telegram itself; a bot that names them is not heard.</summary>
    private static readonly HashSet<string> Automatic =
        ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"];

    public static bool IsKnown(string type) => Styles.Contains(type) || Quotes.Contains(type) || Verbatim.Contains(type) || Continuous.Contains(type);

    public static bool IsAutomatic(string type) => Automatic.Contains(type);

    public static List<FakeEntity> Check(string text, IEnumerable<FakeEntity> given, bool strict)
    {
        List<FakeEntity> entities = [];
        foreach (var entity in given)
        {
            if (entity.Offset is < 0 or > 1_000_000) throw Refused.Bad($"receive an entity with incorrect offset {entity.Offset}");
            if (entity.Length is < 0 or > 1_000_000) throw Refused.Bad($"receive an entity with incorrect length {entity.Length}");
            if (entity.Length == 0) continue;
            if (entity.Offset > text.Length) throw Refused.Bad($"entity begins after the end of the text at UTF-16 offset {entity.Offset}");
            if (entity.End > text.Length)
            {
                throw Refused.Bad($"entity beginning at UTF-16 offset {entity.Offset} ends after the end of the text at UTF-16 offset {entity.End}");
            }

            if (Splits(text, entity.Offset)) throw Refused.Bad($"entity begins in a middle of a UTF-16 symbol at byte offset {Bytes(text, entity.Offset)}");
            if (Splits(text, entity.End))
            {
                throw Refused.Bad($"entity beginning at UTF-16 offset {entity.Offset} ends in a middle of a UTF-16 symbol at byte offset {Bytes(text, entity.End)}");
            }

            entities.Add(entity);
        }

        entities.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Length.CompareTo(a.Length));
        return Nest(entities, strict);
    }

    private static bool Splits(string text, int at) =>
        at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);

    private static int Bytes(string text, int at) => System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, at - 1)) + 4;

    private static List<FakeEntity> Nest(List<FakeEntity> entities, bool strict)
    {
        if (entities.Count < 2) return entities;
        List<FakeEntity> kept = [];
        List<FakeEntity> stack = [];
        foreach (var entity in entities)
        {
            while (stack.Count > 0 && entity.Offset >= stack[^1].End) stack.RemoveAt(stack.Count - 1);
            if (stack.Count > 0 && Wrong(stack, entity) is { } reason)
            {
                if (strict)
                {
                    throw Refused.Bad($"strict fake: {entity.Type} at {entity.Offset}+{entity.Length} {reason} {stack[^1].Type} at {stack[^1].Offset}+{stack[^1].Length}; Telegram would drop or split it");
                }

                if (!Styles.Contains(entity.Type) || Verbatim.Contains(stack[^1].Type)) continue;
            }

            stack.Add(entity);
            kept.Add(entity);
        }

        return kept;
    }

    private static string? Wrong(List<FakeEntity> around, FakeEntity entity)
    {
        var parent = around[^1];
        if (entity.End > parent.End) return "overlaps";
        if (around.Exists(e => e.Type == entity.Type)) return "repeats the type of";
        if (Verbatim.Contains(parent.Type)) return "is inside";
        if (Verbatim.Contains(entity.Type) && around.Exists(e => !Quotes.Contains(e.Type))) return "may not be part of";
        if ((Continuous.Contains(entity.Type) || Quotes.Contains(entity.Type)) && around.Exists(e => Continuous.Contains(e.Type))) return "may not be part of";
        return Quotes.Contains(entity.Type) && around.Exists(e => Quotes.Contains(e.Type)) ? "may not be part of" : null;
    }
}
