using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

/// <summary>Answers made to exhaust the parser or the stack. The time limits only keep a hanging test from hanging the run.</summary>
public sealed class HostileAnswerTests
{
    public static TheoryData<string> Bombs { get; } =
    [
        ">", "> ", "[", "![", "*", "*a ", "a*", "**a ", "_a*", "`", "- ", "1. ", "<", "<a ", "](", "[](", "[a](", "|", "a|b\n", "$", "~~a ", "\\(", "\\[", "&#", "<!--", "<?",
        "x\n>", "[a]: x\n", "*[", "    - ", "\n", "```\n", "~", "\t", "**a", "\u0301", "a\u200D", "\uD83D", "[x](http://e.com) **b** ", "> - ", "- > ",
    ];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Bombs))]
    public async Task Repetitions_are_rendered_and_previewed(string unit) =>
        await Task.Run(() =>
        {
            foreach (var length in new[] { 3_000, 40_000, 200_000 })
            {
                var markdown = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
                var answer = AnswerRenderer.Render(markdown);
                Assert.Equal(answer.PlainText, string.Concat(answer.Pieces.Select(piece => piece.Gap + piece.Text)));
                Assert.All(answer.Pieces, Rules.Check);
                Assert.InRange(AnswerRenderer.Preview(markdown).Length, 0, 4096);
            }
        }, TestContext.Current.CancellationToken);

    [Fact(Timeout = 60_000)]
    public async Task A_table_that_the_parser_would_fill_up_is_shown_as_it_stands() =>
        await Task.Run(() =>
        {
            var markdown = $"|{string.Concat(Enumerable.Repeat("a|", 5_000))}\n|{string.Concat(Enumerable.Repeat("-|", 5_000))}\n{string.Concat(Enumerable.Repeat("|x\n", 5_000))}";
            var answer = AnswerRenderer.Render(markdown);
            Rules.Check(markdown, answer);
            Assert.Equal(markdown.TrimEnd(), answer.PlainText);
        }, TestContext.Current.CancellationToken);

    [Fact(Timeout = 60_000)]
    public async Task Styles_nested_by_the_thousand_keep_their_text() =>
        await Task.Run(() =>
        {
            var markdown = string.Concat(Enumerable.Repeat("**a *b ", 600)) + string.Concat(Enumerable.Repeat("c* d** ", 600));
            var answer = AnswerRenderer.Render(markdown);
            Rules.Check(markdown, answer);
            Assert.Equal(string.Concat(Enumerable.Repeat("ab", 600)) + string.Concat(Enumerable.Repeat("cd", 600)), Rules.WithoutSpace(answer.PlainText));
            Assert.Null(answer.Rich);
        }, TestContext.Current.CancellationToken);

    [Fact]
    public void A_long_list_full_of_markup_is_no_attack()
    {
        var answer = AnswerRenderer.Render(string.Concat(Enumerable.Repeat("- **`name`**: *text*\n", 1_200)));
        Assert.DoesNotContain('*', answer.PlainText);
        Assert.All(answer.Pieces, piece => Assert.NotEmpty(piece.Entities));
    }

    [Fact]
    public void What_is_nested_too_deeply_is_shown_as_it_stands()
    {
        var markdown = new string('>', 10_000);
        var answer = AnswerRenderer.Render(markdown);
        Assert.Equal(markdown, answer.PlainText);
        Assert.Null(answer.Rich);
    }
}
