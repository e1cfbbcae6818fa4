using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class TableTests
{
    private static TextPiece One(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Rules.Check(markdown, answer);
        return Assert.Single(answer.Pieces);
    }

    [Fact]
    public void A_narrow_table_is_lined_up()
    {
        var piece = One("| Name | Qty |\n|:-----|----:|\n| Pear | 3 |\n| `Apple` | **12** |");
        Assert.Equal("Name  │ Qty\n──────┼────\nPear  │   3\nApple │  12", piece.Text);
        Assert.Equal([$"Pre:{piece.Text}"], Rules.Describe(piece));
    }

    [Fact]
    public void Wide_characters_and_emoji_take_two_columns()
    {
        var piece = One("| a | b |\n|---|---|\n| 日本 | 1 |\n| 👩‍👩‍👧‍👦 | 2 |\n| e\u0301 | 3 |\n| ❤️ | 4 |");
        Assert.Equal("a    │ b\n─────┼──\n日本 │ 1\n👩‍👩‍👧‍👦   │ 2\ne\u0301    │ 3\n❤️   │ 4", piece.Text);
    }

    [Fact]
    public void A_wide_table_is_a_list_of_headers_and_values()
    {
        var piece = One($"| Name | Notes |\n|---|---|\n| **x** | {new string('n', 60)} |\n| y | |");
        Assert.Equal($"• Name: x\n  Notes: {new string('n', 60)}\n\n• Name: y\n  Notes:", piece.Text);
        Assert.Equal(["Bold:Name", "Bold:x", "Bold:Notes", "Bold:Name", "Bold:Notes"], Rules.Describe(piece));
    }

    [Fact]
    public void Links_and_line_breaks_in_cells_are_kept()
    {
        Assert.Contains("TextLink:go → https://example.com", Rules.Describe(One("| a | b |\n|---|---|\n| [go](https://example.com) | 1 |")));
        Assert.Equal("• a: x\n  y\n  b: 1", One("| a | b |\n|---|---|\n| x<br>y | 1 |").Text);
    }

    [Fact]
    public void Right_to_left_cells_are_not_lined_up() => Assert.Equal("• a: שלום\n  b: 1", One("| a | b |\n|---|---|\n| שלום | 1 |").Text);

    [Fact]
    public void Rows_of_other_lengths_lose_nothing()
    {
        var piece = One($"| a | b |\n|---|---|\n| 1 | 2 | 3{new string('x', 50)} |\n| 4 |");
        Assert.Equal($"• a: 1\n  b: 2\n  3{new string('x', 50)}\n\n• a: 4\n  b:", piece.Text.Replace("\n  \n", "\n").TrimEnd());
    }

    [Fact]
    public void Headers_too_long_to_repeat_are_written_once()
    {
        var markdown = $"| {new string('h', 500)} | b |\n|---|---|\n{string.Concat(Enumerable.Range(0, 50).Select(row => $"| {row} | x |\n"))}";
        var answer = AnswerRenderer.Render(markdown);
        Rules.Check(markdown, answer);
        Assert.InRange(answer.PlainText.Length, 500, markdown.Length);
        Assert.Equal("| 49 | x", answer.PlainText.Split('\n')[^1]);
    }

    [Fact]
    public void A_table_over_twenty_columns_is_not_rich()
    {
        Assert.NotNull(AnswerRenderer.Render(Table(20)).Rich);
        Assert.Null(AnswerRenderer.Render(Table(21)).Rich);
    }

    private static string Table(int columns)
    {
        var row = "|" + string.Concat(Enumerable.Repeat(" a |", columns));
        return $"{row}\n|{string.Concat(Enumerable.Repeat("---|", columns))}\n{row}\n";
    }
}
