using BotHub.Channels.Telegram.Rendering;

namespace BotHub.Tests.Channels.Telegram.Rendering;

public sealed class AnswerRendererTests
{
    private static TextPiece One(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Rules.Check(markdown, answer);
        return Assert.Single(answer.Pieces);
    }

    [Theory]
    [InlineData("Hello there, how are you?")]
    [InlineData("First line\nsecond line\n\nNew paragraph! 1,000 + 1 = 1,001 (yes)")]
    [InlineData("שלום עולם 👩‍👩‍👧‍👦 你好")]
    [InlineData("1990 was a year. \"Quoted\" - and dashed.")]
    public void Prose_is_passed_on_as_it_is(string text)
    {
        var answer = AnswerRenderer.Render(text);
        Assert.Same(text, Assert.Single(answer.Pieces).Text);
        Assert.Same(text, answer.PlainText);
        Assert.Same(text, Assert.Single(answer.Rich!));
        Assert.Empty(answer.Pieces[0].Entities);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    [InlineData("\u200B\u2060")]
    [InlineData("```\n\n```")]
    [InlineData("&#8203;")]
    public void What_shows_nothing_is_no_message(string markdown)
    {
        var answer = AnswerRenderer.Render(markdown);
        Assert.Empty(answer.Pieces);
        Assert.Equal("", answer.PlainText);
        Assert.Null(answer.Rich);
    }

    [Theory]
    [InlineData("a **bold** b", "a bold b", "Bold:bold")]
    [InlineData("a *i* and _j_", "a i and j", "Italic:i|Italic:j")]
    [InlineData("~~gone~~ ~here~", "gone ~here~", "Strikethrough:gone")]
    [InlineData("***both***", "both", "Bold:both|Italic:both")]
    [InlineData("**a *b* c**", "a b c", "Bold:a b c|Italic:b")]
    [InlineData("call `x * y` now", "call x * y now", "Code:x * y")]
    [InlineData("**use `f` here**", "use f here", "Bold:use|Code:f|Bold:here")]
    [InlineData("# Title `x`\ntext", "Title x\n\ntext", "Bold:Title|Code:x")]
    [InlineData("[docs](https://example.com/a)", "docs", "TextLink:docs → https://example.com/a")]
    [InlineData("[`f` **b**](https://example.com)", "f b", "TextLink:f b → https://example.com|Bold:b")]
    [InlineData("[me](mailto:a@example.com) [chat](tg://resolve?domain=x)", "me chat", "TextLink:me → mailto:a@example.com|TextLink:chat → tg://resolve?domain=x")]
    [InlineData("![cat](https://example.com/cat.png)", "cat", "TextLink:cat → https://example.com/cat.png")]
    [InlineData("![](https://example.com/cat.png)", "https://example.com/cat.png", "")]
    [InlineData("<https://example.com>", "https://example.com", "")]
    [InlineData("see [1]\n\n[1]: https://example.com", "see 1", "TextLink:1 → https://example.com")]
    [InlineData("Sources\n\n[1]: https://example.com", "Sources\n\n[1]: https://example.com", "")]
    [InlineData("snake_case_name and 2*3*4", "snake_case_name and 234", "Italic:3")]
    [InlineData("a\n\n---\n\nb", "a\n\n———\n\nb", "")]
    [InlineData("x &lt; y &amp; z", "x < y & z", "")]
    [InlineData("<div class=\"*a*\">*b*</div>", "<div class=\"*a*\">b</div>", "Italic:b")]
    [InlineData("**标题：**内容", "标题：内容", "Bold:标题：")]
    [InlineData("one<br>two", "one\ntwo", "")]
    [InlineData("broken **bold and `code", "broken **bold and `code", "")]
    public void Inline_markup_becomes_entities(string markdown, string text, string entities)
    {
        var piece = One(markdown);
        Assert.Equal(text, piece.Text);
        Assert.Equal(entities, string.Join('|', Rules.Describe(piece)));
    }

    [Theory]
    [InlineData("[x](javascript:alert(1))", "x (javascript:alert(1))")]
    [InlineData("[x](./file.md)", "x (./file.md)")]
    [InlineData("[x](http://localhost:8080/)", "x (http://localhost:8080/)")]
    [InlineData("[you](tg://user?id=42)", "you (tg://user?id=42)")]
    [InlineData("[x](file:///etc/passwd)", "x (file:///etc/passwd)")]
    public void Addresses_that_may_not_be_links_are_written_out(string markdown, string text)
    {
        var piece = One(markdown);
        Assert.Equal(text, piece.Text);
        Assert.Empty(piece.Entities);
    }

    [Fact]
    public void A_link_too_long_for_an_entity_is_written_out()
    {
        var url = "https://example.com/?q=" + new string('a', 3_000);
        var piece = One($"[x]({url})");
        Assert.Equal($"x ({url})", piece.Text);
        Assert.Empty(piece.Entities);
    }

    [Theory]
    [InlineData("- a\n- b\n  - c\n    - d\n- e", "• a\n• b\n  ◦ c\n    • d\n• e")]
    [InlineData("3. a\n4. b\n   - c", "3. a\n4. b\n   ◦ c")]
    [InlineData("1) a\n2) b", "1) a\n2) b")]
    [InlineData("- a\n\n- b\n\n  more", "• a\n\n• b\n\n  more")]
    [InlineData("- [ ] open\n- [x] done\n  - [ ] sub", "☐ open\n☑ done\n  ☐ sub")]
    [InlineData("- a\n-\n- c", "• a\n•\n• c")]
    [InlineData("- long\n  lines", "• long\n  lines")]
    public void Lists_have_markers_and_indentation(string markdown, string text) => Assert.Equal(text, One(markdown).Text);

    [Fact]
    public void Code_keeps_its_language_and_its_indentation()
    {
        var piece = One("Look:\n\n```python title=\"x\"\n    def f():\n\n        pass\n\n```\nend");
        Assert.Equal("Look:\n\n    def f():\n\n        pass\n\nend", piece.Text);
        Assert.Equal(["Pre:    def f():\n\n        pass → python"], Rules.Describe(piece));
    }

    [Fact]
    public void An_unclosed_fence_is_code_to_the_end()
    {
        Assert.Equal(["Pre:let x = 1;\n**y** → js"], Rules.Describe(One("```js\nlet x = 1;\n**y**")));
    }

    [Fact]
    public void Code_in_a_list_stands_on_its_own_lines()
    {
        var piece = One("1. run\n   ```sh\n   ls -l\n   ```\n2. done\n- ```\n  x\n  ```");
        Assert.Equal("1. run\nls -l\n2. done\n\n•\nx", piece.Text);
        Assert.Equal(["Pre:ls -l → sh", "Pre:x"], Rules.Describe(piece));
    }

    [Fact]
    public void Quotes_are_not_nested_and_let_code_out()
    {
        Assert.Equal(["Blockquote:a b\n\n> c", "Bold:b"], Rules.Describe(One("> a **b**\n>\n> > c")));
        Assert.Equal(["Blockquote:a", "Pre:x", "Blockquote:b"], Rules.Describe(One("> a\n> ```\n> x\n> ```\n> b")));
        Assert.Equal(["Blockquote:q"], Rules.Describe(One("- a\n  > q\n- b")));
    }

    [Theory]
    [InlineData(@"so \(a_1 * b_2 * c\) holds", @"so \(a_1 * b_2 * c\) holds")]
    [InlineData(@"\[x_1 *y* z\]", @"\[x_1 *y* z\]")]
    [InlineData("so $a_1 * b * c_2$ holds", "so $a_1 * b * c_2$ holds")]
    [InlineData("$5 and $10", "$5 and $10")]
    [InlineData(@"\*not\* \(open", "*not* (open")]
    public void Formulas_stay_as_they_are(string markdown, string text)
    {
        var piece = One(markdown);
        Assert.Equal(text, piece.Text);
        Assert.Empty(piece.Entities);
    }

    [Fact]
    public void A_block_of_mathematics_is_latex() => Assert.Equal(["Pre:\\frac{a}{b} → latex"], Rules.Describe(One("$$\n\\frac{a}{b}\n$$")));

    [Fact]
    public void Characters_that_no_message_may_hold_are_replaced()
    {
        Assert.Equal("a\nb\nc", One("a\r\nb\rc").Text);
        Assert.Equal("a\uFFFDb", One("a\0b").Text);
        Assert.Equal("half \uFFFD pair", One("half \uD83D pair").Text);
        Assert.Equal("half \uFFFD", One("*half* \uDC4D").Text);
    }
}
