using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

/// <summary>One answer as a model writes it, from end to end.</summary>
public sealed class WholeAnswerTests
{
    private const string Answer = """
        ## Making tea

        To make **good tea** you need:

        1. *Fresh* water
           - not from the kettle of yesterday
        2. Leaves, see [the guide](https://example.com/tea)
        3. ~~Sugar~~ patience

        | Tea | Minutes | °C |
        |:----|--------:|---:|
        | 緑茶 | 2 | 75 |
        | Assam 🫖 | 4 | 95 |

        > Never boil it **twice**.

        ```python
        def brew(tea):
            return "☕" if tea else None
        ```

        Call `brew()` and enjoy!
        """;

    private const string Text = """
        Making tea

        To make good tea you need:

        1. Fresh water
           ◦ not from the kettle of yesterday
        2. Leaves, see the guide
        3. Sugar patience

        Tea      │ Minutes │ °C
        ─────────┼─────────┼───
        緑茶     │       2 │ 75
        Assam 🫖 │       4 │ 95

        Never boil it twice.

        def brew(tea):
            return "☕" if tea else None

        Call brew() and enjoy!
        """;

    [Fact]
    public void Is_one_rich_message_or_one_text_with_entities()
    {
        var answer = AnswerRenderer.Render(Answer);
        Rules.Check(Answer, answer);
        Assert.Equal([Answer], answer.Rich);
        Assert.Equal(Text, answer.PlainText);
        Assert.Equal(
            [
                "Bold:Making tea", "Bold:good tea", "Italic:Fresh", "TextLink:the guide → https://example.com/tea", "Strikethrough:Sugar",
                "Pre:" + Text[Text.IndexOf("Tea  ", StringComparison.Ordinal)..(Text.IndexOf("95", StringComparison.Ordinal) + 2)],
                "Blockquote:Never boil it twice.", "Bold:twice",
                "Pre:def brew(tea):\n    return \"☕\" if tea else None → python", "Code:brew()",
            ],
            Rules.Describe(Assert.Single(answer.Pieces)));
    }

    [Fact]
    public void Grows_in_the_preview_without_losing_what_was_shown()
    {
        var before = "";
        for (var length = 1; length <= Answer.Length; length++)
        {
            var shown = AnswerRenderer.Preview(Answer[..length]);
            // Only a few characters at the end may change when more arrives: the marker or word that is just being written.
            var same = before.AsSpan().CommonPrefixLength(shown);
            Assert.True(before.Length - same <= 6, $"{before} | {shown}");
            before = shown;
        }
    }
}
