using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class RichTests
{
    private static IReadOnlyList<string>? Rich(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Rules.Check(markdown, answer);
        return answer.Rich;
    }

    private static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(1, count).Select(line));

    [Fact]
    public void An_answer_within_the_limits_is_sent_as_it_is()
    {
        const string Markdown = "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nx\n```";
        Assert.Equal([Markdown], Rich(Markdown + "\n\n"));
    }

    [Fact]
    public void A_long_answer_is_cut_between_blocks()
    {
        var paragraph = string.Concat(Enumerable.Repeat("**Bold** words. ", 100)).Trim();
        var rich = Rich(string.Join("\n\n", Enumerable.Repeat(paragraph, 50)))!;
        Assert.Equal(3, rich.Count);
        Assert.All(rich, piece => Assert.All(piece.Split("\n\n"), part => Assert.Equal(paragraph, part)));
    }

    [Fact]
    public void A_long_fence_is_closed_and_opened_again()
    {
        var rich = Rich($"Intro\n\n~~~~python x=1\n{Lines(4_000, line => $"    print({line})")}\n~~~~\n\nOutro")!;
        Assert.Equal(4, rich.Count);
        Assert.All(rich.Skip(1).SkipLast(1), piece =>
        {
            Assert.StartsWith("~~~~python x=1\n    print(", piece, StringComparison.Ordinal);
            Assert.EndsWith("\n~~~~", piece, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_list_of_many_items_is_cut_between_them_and_counts_on()
    {
        var rich = Rich(Lines(600, line => $"{line}. item"))!;
        Assert.Equal(3, rich.Count);
        Assert.Matches("^[0-9]+\\. item", rich[1]);
        Assert.EndsWith("600. item", rich[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_paragraph_longer_than_a_message_is_cut_at_words()
    {
        var rich = Rich(string.Concat(Enumerable.Repeat("some words here ", 4_000)))!;
        Assert.Equal(2, rich.Count);
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(9, false)]
    public void Lists_nested_too_deeply_are_not_rich(int levels, bool expected) =>
        Assert.Equal(expected, Rich(Lines(levels, line => new string(' ', (line - 1) * 2) + "- x")) is not null);

    [Fact]
    public void A_table_too_large_for_one_message_is_not_rich() => Assert.Null(Rich("| a | b |\n|---|---|\n" + Lines(600, line => $"| {line} | x |")));

    [Fact]
    public void A_link_cut_off_from_its_definition_makes_the_answer_not_rich() =>
        Assert.Null(Rich($"[see][1]\n\n{string.Join("\n\n", Enumerable.Repeat(new string('x', 1_000), 40))}\n\n[1]: https://example.com"));

    [Fact]
    public void Items_numbered_all_alike_cannot_be_cut() => Assert.Null(Rich(Lines(600, _ => "1. item")));

    [Theory]
    [InlineData("Look: ![a cat](https://example.com/cat.png?what=they-said)")]
    [InlineData("Look: <img src=\"https://example.com/cat.png\"> **there**")]
    [InlineData("<details>\n<summary>More</summary>\n\n**text**\n\n</details>")]
    public void What_Telegram_would_fetch_or_take_for_markup_is_never_sent_as_it_is(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Assert.Null(answer.Rich);
        Assert.NotEmpty(answer.Pieces);
    }
}
