using System.Globalization;
using System.Text;
using global::BotHub.Channels.Telegram.Rendering;
using global::Telegram.Bot.Types;
using global::Telegram.Bot.Types.Enums;

namespace BotHub.Tests.Channels.Telegram.Rendering;

/// <summary>Telegram's rules for messages, written down a second time and stricter than its server is.</summary>
internal static class Rules
{
    /// <summary>The rules that every rendering keeps, whatever the answer.</summary>
    public static void Check(string markdown, RenderedAnswer answer)
    {
        Assert.Equal(answer.PlainText, string.Concat(answer.Pieces.Select(piece => piece.Gap + piece.Text)));
        foreach (var piece in answer.Pieces) Check(piece);
        CheckNoClusterIsCut(answer);
        CheckRich(markdown, answer);
    }

    public static void Check(TextPiece piece)
    {
        Assert.InRange(piece.Text.Length, 1, 4096);
        Assert.Contains(piece.Text.EnumerateRunes(), rune => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control));
        Assert.All(piece.Gap, unit => Assert.True(char.IsWhiteSpace(unit) || char.GetUnicodeCategory(unit) is UnicodeCategory.Format or UnicodeCategory.Control, $"lost: {piece.Gap}"));
        AssertNoHalfPair(piece.Text);
        Assert.False(char.IsWhiteSpace(piece.Text[^1]), "white space at the end");
        var startsWithCode = piece.Entities is [{ Offset: 0, Type: MessageEntityType.Pre }, ..];
        Assert.False(char.IsWhiteSpace(piece.Text[0]) && !startsWithCode, "white space at the start");
        CheckEntities(piece.Text, piece.Entities);
    }

    private static void CheckEntities(string text, MessageEntity[] entities)
    {
        Assert.InRange(entities.Length, 0, 100);
        Assert.InRange(entities.Sum(entity => 60 + Encoding.UTF8.GetByteCount(entity.Url ?? entity.Language ?? "")), 0, 9_500);
        var open = new Stack<MessageEntity>();
        MessageEntity? before = null;
        foreach (var entity in entities)
        {
            Assert.True(entity.Length > 0 && entity.Offset >= 0 && entity.Offset + entity.Length <= text.Length, "outside of the text");
            Assert.True(before is null || before.Offset < entity.Offset || before.Offset == entity.Offset && before.Length >= entity.Length, "not sorted");
            before = entity;
            CheckCovered(text.Substring(entity.Offset, entity.Length), entity);
            while (open.TryPeek(out var outer) && outer.Offset + outer.Length <= entity.Offset) open.Pop();
            if (open.TryPeek(out var parent))
            {
                Assert.True(entity.Offset + entity.Length <= parent.Offset + parent.Length, "overlaps without being nested");
            }
            foreach (var outer in open) Assert.True(MayContain(outer.Type, entity.Type), $"{outer.Type} contains {entity.Type}");
            open.Push(entity);
        }
    }

    private static void CheckCovered(string covered, MessageEntity entity)
    {
        AssertNoHalfPair(covered);
        Assert.False(char.IsWhiteSpace(covered[^1]), "an entity ends with white space");
        Assert.False(char.IsWhiteSpace(covered[0]) && (entity.Type is not MessageEntityType.Pre || covered[0] == '\n' || string.IsNullOrWhiteSpace(covered.Split('\n')[0])), "an entity begins with white space");
        Assert.Equal(entity.Type is MessageEntityType.TextLink, entity.Url is not null);
        if (entity.Url is { } url) Assert.Matches("^(http|https|tg|mailto):", url);
        Assert.True(entity.Language is null || entity.Type is MessageEntityType.Pre);
    }

    private static bool MayContain(MessageEntityType outer, MessageEntityType inner) => (outer, inner) switch
    {
        _ when outer == inner => false,
        (MessageEntityType.Pre or MessageEntityType.Code, _) => false,
        (_, MessageEntityType.Pre) => false,
        (MessageEntityType.Blockquote, _) => true,
        (_, MessageEntityType.Code or MessageEntityType.Blockquote) => false,
        _ => true,
    };

    /// <summary>Every piece begins and ends at the border of a cluster of the whole text, unless a cluster is longer than a message.</summary>
    private static void CheckNoClusterIsCut(RenderedAnswer answer)
    {
        if (answer.Pieces.Count < 2) return;
        var borders = StringInfo.ParseCombiningCharacters(answer.PlainText).ToHashSet();
        borders.Add(answer.PlainText.Length);
        var at = 0;
        foreach (var piece in answer.Pieces)
        {
            at += piece.Gap.Length;
            Assert.Contains(at, borders);
            at += piece.Text.Length;
            Assert.Contains(at, borders);
        }
    }

    private static void CheckRich(string markdown, RenderedAnswer answer)
    {
        if (answer.Rich is not { } rich) return;
        Assert.NotEmpty(rich);
        foreach (var piece in rich)
        {
            Assert.InRange(piece.Length, 1, 32_768);
            AssertNoHalfPair(piece);
        }
        if (rich.Count == 1)
        {
            Assert.Contains(rich[0], AnswerSource.Clean(markdown), StringComparison.Ordinal);
            return;
        }
        // Rendered one by one, the pieces say what the answer says.
        Assert.Equal(WithoutSpace(answer.PlainText), string.Concat(rich.Select(piece => WithoutSpace(AnswerRenderer.Render(piece).PlainText))));
    }

    public static string WithoutSpace(string text) => string.Concat(text.Where(unit => !char.IsWhiteSpace(unit)));

    public static void AssertNoHalfPair(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            Assert.True(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]), $"half a surrogate pair at {i}");
            i++;
        }
    }

    /// <summary>The entities as "type:text" with the address or language behind, for reading in a test.</summary>
    public static string[] Describe(TextPiece piece) =>
        [.. piece.Entities.Select(entity => $"{entity.Type}:{piece.Text.Substring(entity.Offset, entity.Length)}{(entity.Url ?? entity.Language) switch { null => "", var argument => $" → {argument}" }}")];
}
