using System.Globalization;
using BotHub.Channels.Telegram.Rendering;
using CsCheck;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class PreviewTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  \n", "")]
    [InlineData("Hello wor", "Hello wor")]
    [InlineData("Hello wor ", "Hello wor")]
    [InlineData("a **bold te", "a bold te")]
    [InlineData("a **bold text*", "a bold text")]
    [InlineData("a **", "a")]
    [InlineData("a **b *c", "a b c")]
    [InlineData("a *it", "a it")]
    [InlineData("a ~~gone", "a gone")]
    [InlineData("a `x * y", "a x * y")]
    [InlineData("a ``x ` y", "a x ` y")]
    [InlineData("2 * 3 = 6, snake_case", "2 * 3 = 6, snake_case")]
    [InlineData("* item **one", "• item one")]
    [InlineData("see [docs](https://exam", "see docs")]
    [InlineData("see [docs](https://example.com) and", "see docs and")]
    [InlineData("see [do", "see do")]
    [InlineData("see [", "see")]
    [InlineData("see [docs]", "see docs")]
    [InlineData("see [docs] and", "see [docs] and")]
    [InlineData("see [**do", "see do")]
    [InlineData("see [1", "see [1")]
    [InlineData("a[i", "a[i")]
    [InlineData("`a [b", "a [b")]
    [InlineData("![cat](https://exam", "cat")]
    [InlineData("text\n\n##", "text")]
    [InlineData("text\n\n## He", "text\n\nHe")]
    [InlineData("text\n``", "text")]
    [InlineData("text\n```", "text")]
    [InlineData("text\n```py", "text")]
    [InlineData("text\n```py\nx = **1", "text\n\nx = **1")]
    [InlineData("```py\nx = 1\n``", "x = 1")]
    [InlineData("```py\nx = 1\n```", "x = 1")]
    [InlineData("```py\nx = 1\n```\nthen **bo", "x = 1\n\nthen bo")]
    [InlineData("- **a\n- b", "• **a\n• b")]
    [InlineData("- a\n- **b", "• a\n• b")]
    [InlineData("| a | b |\n|---|---|\n| 1 | **2", "| a | b\n| 1 | 2")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |\n|", "| a | b\n| 1 | 2\n|")]
    [InlineData("> quo **te", "quo te")]
    [InlineData("| a | b |", "| a | b |")]
    [InlineData("| a | b |\n|--", "| a | b |")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2", "| a | b\n| 1 | 2")]
    public void Partial_markup_looks_as_if_it_were_complete(string soFar, string shown) => Assert.Equal(shown, AnswerRenderer.Preview(soFar));

    [Fact]
    public void Markers_do_not_flicker_while_an_answer_grows()
    {
        const string Answer = "Some **bold words** and *slanted* `co * de` ~~no~~ in [a link](https://example.com/path).\n\n```cs\nvar **x** = 1;\n```\nThe end of **it**.";
        for (var length = 0; length <= Answer.Length; length++)
        {
            var shown = AnswerRenderer.Preview(Answer[..length]).Replace("var **x** = 1;", "").Replace("var **x**", "").Replace("var **x", "").Replace("var **", "").Replace("co * de", "");
            Assert.DoesNotContain("**", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("`", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("~", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("](", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_long_answer_shows_its_newest_lines()
    {
        var shown = AnswerRenderer.Preview(string.Join('\n', Enumerable.Range(0, 3_000).Select(line => $"line {line}")));
        Assert.StartsWith("…line ", shown, StringComparison.Ordinal);
        Assert.EndsWith("line 2999", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, 3_000, 4_096);
    }

    [Fact]
    public void The_top_of_a_long_preview_stays_for_a_while()
    {
        var answer = string.Join('\n', Enumerable.Range(0, 3_000).Select(line => $"line {line}"));
        var tops = Enumerable.Range(0, 100).Select(step => AnswerRenderer.Preview(answer[..(20_000 + step * 20)]).Split('\n')[0]).Distinct();
        Assert.InRange(tops.Count(), 1, 10);
    }

    [Fact]
    public void Code_that_began_before_the_window_is_still_code()
    {
        var shown = AnswerRenderer.Preview($"Intro\n```py\n{string.Concat(Enumerable.Repeat("# **comment** `x`\n", 3_000))}");
        Assert.StartsWith("…# **comment** `x`\n", shown, StringComparison.Ordinal);
        Assert.EndsWith("\n# **comment** `x`", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_beginning_of_any_answer_can_be_shown() =>
        Gen.Select(AnswerGenerator.Answers, Gen.Double[0, 1]).Sample((answer, share) => CheckPreview(answer[..(int)(answer.Length * share)]), iter: 1_500, threads: 1);

    [Fact]
    public void Any_beginning_of_a_long_answer_can_be_shown() =>
        Gen.Select(AnswerGenerator.LongAnswers, Gen.Double[0, 1]).Sample((answer, share) => CheckPreview(answer[..(int)(answer.Length * share)]), iter: 100, threads: 1);

    private static void CheckPreview(string soFar)
    {
        var shown = AnswerRenderer.Preview(soFar);
        Assert.InRange(shown.Length, 0, 4_096);
        Rules.AssertNoHalfPair(shown);
        Assert.Equal(shown.Trim(), shown);
        if (!shown.StartsWith('…') || soFar.StartsWith('…') || shown.Length < 2) return;
        var category = char.IsSurrogate(shown[1]) ? CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(shown, 1)) : char.GetUnicodeCategory(shown[1]);
        Assert.False(category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark, "starts with a mark of the character before");
    }
}
