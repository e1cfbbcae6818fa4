using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class SplittingTests
{
    private static IReadOnlyList<TextPiece> Pieces(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Rules.Check(markdown, answer);
        return answer.Pieces;
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    [Fact]
    public void Cuts_between_paragraphs_first()
    {
        var pieces = Pieces($"{Repeat("word. ", 400)}\n\n{Repeat("more. ", 500)}");
        Assert.Equal(2, pieces.Count);
        Assert.StartsWith("more.", pieces[1].Text, StringComparison.Ordinal);
        Assert.Equal("\n\n", pieces[1].Gap);
    }

    [Fact]
    public void A_heading_goes_with_its_text()
    {
        var pieces = Pieces($"{Repeat("word. ", 400)}\n\n# Next\n\n{Repeat("more. ", 500)}");
        Assert.StartsWith("Next\n\nmore.", pieces[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuts_between_items_then_lines_then_sentences_then_words_then_characters()
    {
        Assert.All(Pieces(Repeat($"- {new string('i', 50)}\n  - sub {new string('s', 300)}\n", 30)).Skip(1), piece => Assert.StartsWith("• i", piece.Text, StringComparison.Ordinal));
        Assert.All(Pieces(Repeat($"Line {new string('l', 90)} end\n", 90)).Skip(1), piece => Assert.StartsWith("Line", piece.Text, StringComparison.Ordinal));
        Assert.All(Pieces(Repeat("A sentence of some words. ", 400)).Skip(1), piece => Assert.StartsWith("A sentence", piece.Text, StringComparison.Ordinal));
        Assert.All(Pieces(Repeat("word ", 2_000)).Skip(1), piece => Assert.StartsWith("word", piece.Text, StringComparison.Ordinal));
        Assert.All(Pieces(Repeat("👩‍👩‍👧‍👦", 2_000)), piece => Assert.Equal(0, piece.Text.Length % "👩‍👩‍👧‍👦".Length));
        Assert.All(Pieces(Repeat("句子很短。", 2_000)).Skip(1), piece => Assert.StartsWith("句", piece.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_part_of_a_fence_is_code_in_its_language()
    {
        var pieces = Pieces($"Intro\n\n```csharp\n{Repeat("    var x = 1; // indented\n\n", 400)}```\n\nOutro");
        Assert.True(pieces.Count > 2);
        foreach (var piece in pieces.Skip(1).SkipLast(1))
        {
            var code = Assert.Single(piece.Entities);
            Assert.Equal("csharp", code.Language);
            Assert.StartsWith("    var", piece.Text, StringComparison.Ordinal);
        }
        Assert.EndsWith("\n\nOutro", pieces[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_style_over_the_cut_goes_on_behind_it()
    {
        var pieces = Pieces($"**{Repeat("bold ", 1_500)}end**");
        Assert.All(pieces, piece => Assert.Equal(piece.Text.Length, Assert.Single(piece.Entities).Length));
    }

    [Fact]
    public void A_message_has_at_most_a_hundred_entities()
    {
        var pieces = Pieces(Repeat("**b** `c` ", 300));
        Assert.Equal(6, pieces.Count);
        Assert.All(pieces, piece => Assert.Equal(100, piece.Entities.Length));
    }

    [Fact]
    public void Long_links_are_spread_over_messages()
    {
        var pieces = Pieces(Repeat($"[x](https://example.com/{new string('p', 1_500)}) ", 20));
        Assert.InRange(pieces.Count, 3, 5);
        Assert.Equal(20, pieces.Sum(piece => piece.Entities.Length));
    }

    [Fact]
    public void A_cluster_longer_than_a_message_is_cut_between_pairs()
    {
        var answer = AnswerRenderer.Render($"a{Repeat("\U0001D167", 5_000)}");
        Assert.Equal(answer.PlainText, string.Concat(answer.Pieces.Select(piece => piece.Gap + piece.Text)));
        Assert.All(answer.Pieces, Rules.Check);
    }

    [Fact]
    public void Pieces_that_would_show_nothing_are_left_out()
    {
        var answer = AnswerRenderer.Render($"a\n\n{Repeat("\u2060", 9_000)}\n\nb");
        Rules.Check("", answer with { Rich = null });
        Assert.Equal(["a", "b"], answer.Pieces.Select(piece => piece.Text.Trim('\u2060', '\n')));
    }
}
