using CsCheck;

namespace BotHub.Tests.Channels.Telegram.Rendering;

/// <summary>Answers as language models write them, and as they should not.</summary>
internal static class AnswerGenerator
{
    private static readonly Gen<string> _word = Pick(
        "the", "answer", "x", "Größe", "日本語", "，", "。", "שלום", "مرحبا", "👍", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👋🏽", "e\u0301", "नमस्ते", "🇩🇪", "snake_case", "2*3", "$5", "a|b",
        "end.", "Really?", "Yes!", "\u00A0", "&amp;", "<b>", "<br>", "C#", "1.", "-", "#", "\u200B", "\\*", "\\(a_b\\)", "$x_1$", "@name");

    private static readonly Gen<string> _span = Gen.Frequency(
        (8, _word),
        (1, _word.Select(word => $"**{word}**")),
        (1, _word.Select(word => $"*{word} and {word}*")),
        (1, _word.Select(word => $"***{word}** rest*")),
        (1, _word.Select(word => $"~~{word}~~")),
        (1, _word.Select(word => $"`{word}`")),
        (1, _word.Select(word => $"**bold `{word}` and [*link* {word}](https://example.com/{"path"})**")),
        (1, _word.Select(word => $"[{word}](https://example.com/?q={new string('q', 200)})")),
        (1, _word.Select(word => $"[{word}](javascript:x)")),
        (1, _word.Select(word => $"![{word}](https://example.com/i.png)")),
        (1, Pick("**", "*", "`", "```", "[", "](", "![", "~~", "<", "|", "$$", "\\", "_", "__", ">")));

    private static readonly Gen<string> _line = _span.Array[1, 25].Select(spans => string.Join(' ', spans));

    private static readonly Gen<string> _shortLine = _span.Array[1, 4].Select(spans => string.Join(' ', spans));

    private static readonly Gen<string> _paragraph = _line.Array[1, 4].Select(lines => string.Join('\n', lines));

    private static readonly Gen<string> _heading = Gen.Select(Gen.Int[1, 6], _shortLine, (level, text) => $"{new string('#', level)} {text}");

    private static readonly Gen<string> _fence = Gen.Select(
        Pick("```", "~~~", "````"), Pick("", "python", "c++", "js title=x", "text {1}"), Line().Array[0, 60], Gen.Int[0, 9],
        (mark, info, lines, end) => $"{mark}{info}\n{string.Join('\n', lines)}\n{(end == 0 ? "" : mark)}");

    private static readonly Gen<string> _list = Gen.Select(Gen.Int[0, 3], Pick("- ", "* ", "1. ", "- [ ] ", "- [x] ", "7) "), _shortLine)
        .Array[1, 30].Select(items => string.Join('\n', items.Select(item => new string(' ', item.Item1 * 3) + item.Item2 + item.Item3)));

    private static readonly Gen<string> _looseList = Gen.Select(_shortLine, _fence).Array[1, 4].Select(items => string.Join("\n\n", items.Select(item =>
        $"- {item.Item1}\n\n  {item.Item2.Replace("\n", "\n  ")}")));

    private static readonly Gen<string> _table = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 12], _shortLine.Array[80], (columns, rows, cells) =>
    {
        string Row(int row) => "| " + string.Join(" | ", cells.Skip(row * columns % 60).Take(columns)) + " |";
        return string.Join('\n', [Row(0), "|" + string.Concat(Enumerable.Repeat(":--|", columns)), .. Enumerable.Range(1, rows).Select(Row)]);
    });

    private static readonly Gen<string> _quote = Gen.Select(_paragraph, _list, _fence, (a, b, c) => "> " + $"{a}\n\n{b}\n\n{c}\n\n> {a}".Replace("\n", "\n> "));

    private static readonly Gen<string> _endless = Gen.Select(Pick("x", "👍", "字", "👩‍👩‍👧‍👦", "e\u0301", "ab ", "**b**", "*", "[", "a*", "`a` ", "- ", "> "), Gen.Int[1, 9_000 / 4],
        (unit, count) => string.Concat(Enumerable.Repeat(unit, count)));

    private static readonly Gen<string> _other = Pick("---", "***", "    indented code\n      more", "Title\n===", "[1]: https://example.com", "[^1]: note", "<details>\n<summary>*S*</summary>\n\nx\n</details>", "$$\nx_1\n$$", "| no | table |", "\t\ttab", "");

    private static readonly Gen<string> _block = Gen.Frequency((6, _paragraph), (2, _heading), (3, _list), (1, _looseList), (2, _fence), (2, _table), (1, _quote), (1, _other));

    /// <summary>Up to some thousand characters of mixed blocks.</summary>
    public static Gen<string> Answers { get; } = Gen.Frequency(
        (12, Gen.Select(_block.Array[0, 8], Pick("\n\n", "\n\n", "\n"), (blocks, gap) => string.Join(gap, blocks))),
        (1, _endless),
        (1, Gen.Select(_endless, _block, (a, b) => $"{b}\n\n{a}\n{b}")));

    /// <summary>40,000 characters and more.</summary>
    public static Gen<string> LongAnswers { get; } = Gen.Select(_block.Array[20, 40], Gen.Int[1, 3], (blocks, times) =>
    {
        var part = string.Join("\n\n", blocks);
        return string.Join("\n\n", Enumerable.Repeat(part, times + 40_000 / (part.Length + 2)));
    });

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Gen<string> Line() => Gen.Select(Gen.Int[0, 8], _shortLine, (indent, text) => new string(' ', indent) + text);
}
