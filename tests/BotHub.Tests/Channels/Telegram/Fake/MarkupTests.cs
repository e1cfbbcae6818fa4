namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'")]
    [InlineData("1 - 2", "Character '-' is reserved and must be escaped with the preceding '\\'")]
    [InlineData("a | b", "Character '|' is reserved and must be escaped with the preceding '\\'")]
    [InlineData("wow!", "Character '!' is reserved and must be escaped with the preceding '\\'")]
    [InlineData("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'")]
    [InlineData("ж *b", "Can't find end of Bold entity at byte offset 3")]
    [InlineData("_a *b_ c*", "Can't find end of Bold entity at byte offset 8")]
    [InlineData("```cs\nx", "Can't find end of PreCode entity at byte offset 0")]
    [InlineData("[a](http://x.y", "Can't find end of a URL at byte offset 4")]
    [InlineData("![a](http://x.y)", "Invalid tg://emoji or tg://time URL specified")]
    public async Task MarkdownV2_is_refused_where_Telegram_refuses_it(string text, string error)
    {
        await using var api = await FakeApi.StartAsync();

        var answer = await api.SayAsync(text, "MarkdownV2");

        Assert.Equal("Bad Request: can't parse entities: " + error, answer.Description);
        Assert.Empty(api.Chat.Messages);
    }

    [Theory]
    [InlineData("*a _b_*", "a b", "bold 0+3, italic 2+1")]
    [InlineData("__u__ ~s~ ||p||", "u s p", "underline 0+1, strikethrough 2+1, spoiler 4+1")]
    [InlineData("👍 *b*", "👍 b", "bold 3+1")]
    [InlineData("`a.b-c` \\.", "a.b-c .", "code 0+5")]
    [InlineData("```cs\nvar x = 1;\n```", "var x = 1;", "pre 0+10")]
    [InlineData("[a\\.b](https://example.org/x\\))", "a.b", "text_link 0+3")]
    [InlineData(">q1\n>q2\nafter", "q1\nq2\nafter", "blockquote 0+6")]
    [InlineData(">q1\n>q2||", "q1\nq2", "expandable_blockquote 0+5")]
    [InlineData("[you](tg://user?id=5)", "you", "text_mention 0+3")]
    public async Task MarkdownV2_becomes_text_and_entities(string text, string shown, string entities)
    {
        await using var api = await FakeApi.StartAsync();

        var answer = await api.SayAsync(text, "MarkdownV2");

        Assert.True(answer.Ok, answer.Body);
        var message = Assert.Single(api.Chat.Messages);
        Assert.Equal(shown, message.Text);
        Assert.Equal(entities, string.Join(", ", message.Entities.Select(e => $"{e.Type} {e.Offset}+{e.Length}")));
    }

    [Theory]
    [InlineData("<b>x", "Can't find end tag corresponding to start tag \"b\"")]
    [InlineData("x</b>", "Unexpected end tag at byte offset 1")]
    [InlineData("<b><i>x</b></i>", "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"")]
    [InlineData("1 < 2 > 0", "Unsupported start tag \"\" at byte offset 2")]
    [InlineData("a<br>b", "Unsupported start tag \"br\" at byte offset 1")]
    [InlineData("a <b", "Unclosed start tag at byte offset 2")]
    [InlineData("<span class=\"x\">a</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0")]
    public async Task Html_is_refused_where_Telegram_refuses_it(string text, string error)
    {
        await using var api = await FakeApi.StartAsync();

        Assert.Equal("Bad Request: can't parse entities: " + error, (await api.SayAsync(text, "HTML")).Description);
    }

    [Fact]
    public async Task Html_knows_references_and_the_language_of_code()
    {
        await using var api = await FakeApi.StartAsync();

        await api.SayAsync("&lt;&#128077;&gt; <pre><code class=\"language-cs\">x</code></pre>", "HTML");

        var message = Assert.Single(api.Chat.Messages);
        Assert.Equal("<👍> x", message.Text);
        Assert.Equal(("pre", 5, 1, "cs"), (message.Entities[0].Type, message.Entities[0].Offset, message.Entities[0].Length, message.Entities[0].Language));
    }

    [Fact]
    public async Task Text_is_measured_after_parsing_and_trimming_in_UTF16_units()
    {
        await using var api = await FakeApi.StartAsync();

        Assert.True((await api.SayAsync(new string('*', 1) + new string('a', 4096) + "*", "MarkdownV2")).Ok);
        Assert.Equal("Bad Request: message is too long", (await api.SayAsync(new string('a', 4097))).Description);
        Assert.Equal("Bad Request: text is too long", (await api.SayAsync(new string('a', 32 * 1024 + 1))).Description);
        Assert.Equal("Bad Request: text must be non-empty", (await api.SayAsync("   ")).Description);
        Assert.Equal("Bad Request: message text is empty", (await api.SayAsync("")).Description);
    }
}
