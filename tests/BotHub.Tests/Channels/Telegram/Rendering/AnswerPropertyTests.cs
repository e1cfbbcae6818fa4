using BotHub.Channels.Telegram.Rendering;
using CsCheck;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class AnswerPropertyTests
{
    [Fact]
    public void Every_answer_becomes_valid_messages_that_lose_nothing() =>
        AnswerGenerator.Answers.Sample(markdown => Rules.Check(markdown, AnswerRenderer.Render(markdown)), iter: 2_500, threads: 1);

    [Fact]
    public void Long_answers_become_valid_messages_that_lose_nothing() =>
        AnswerGenerator.LongAnswers.Sample(
            markdown =>
            {
                var answer = AnswerRenderer.Render(markdown);
                Rules.Check(markdown, answer);
                Assert.True(answer.Pieces.Count > 1);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void What_is_passed_on_as_prose_is_what_the_parser_would_have_made_of_it() =>
        AnswerGenerator.Answers.Sample(
            markdown =>
            {
                if (!AnswerSource.IsProse(markdown) || !Graphemes.IsVisible(markdown)) return;
                Assert.Equal(markdown, BlockWriter.Write(AnswerMarkdown.Parse(markdown)!).Text);
            },
            iter: 1_000,
            threads: 1);

    /// <summary>Lines of letters, digits and the punctuation that means something only at certain places.</summary>
    [Fact]
    public void Prose_of_any_punctuation_is_left_as_it_is() =>
        Gen.String[Gen.Char["ab1 .,)-+=:!'\"()\n"], 1, 12].Sample(
            text =>
            {
                if (!AnswerSource.IsProse(text)) return;
                Assert.Equal(text, BlockWriter.Write(AnswerMarkdown.Parse(text)!).Text);
            },
            iter: 20_000,
            threads: 1);

    [Fact]
    public void Words_come_through_in_order() =>
        Gen.Int[1, 400].Sample(
            count =>
            {
                var words = Enumerable.Range(0, count * 10).Select(i => $"w{i}").ToArray();
                var markdown = string.Join(' ', words.Select((word, i) => (i % 7) switch { 0 => $"**{word}**", 3 => $"\n\n- {word}\n\n", 5 => $"`{word}`", _ => word }));
                var answer = AnswerRenderer.Render(markdown);
                Rules.Check(markdown, answer);
                var seen = answer.Pieces.SelectMany(piece => piece.Text.Split([' ', '\n', '•'], StringSplitOptions.RemoveEmptyEntries));
                Assert.Equal(words, seen);
            },
            iter: 30,
            threads: 1);
}
