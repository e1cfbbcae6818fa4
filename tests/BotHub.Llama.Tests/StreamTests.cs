using System.Text;

namespace BotHub.Llama.Tests;

/// <summary>From bytes of tokens to text that can be shown.</summary>
public sealed class StreamTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("größe")]
    [InlineData("🙂")]
    [InlineData("a👩‍👩‍👧‍👦b日本")]
    public void Characters_split_over_tokens_come_out_whole(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var stream = new Utf8Stream();
            var result = new StringBuilder();
            foreach (var piece in bytes.Chunk(size))
            {
                var delta = stream.Push(piece).ToString();
                Assert.False(delta.Length > 0 && (char.IsHighSurrogate(delta[^1]) || char.IsLowSurrogate(delta[0])), "a delta holds half a pair");
                result.Append(delta);
            }
            Assert.Equal("", stream.Flush().ToString());
            Assert.Equal(text, result.ToString());
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0x61, 0xF0, 0x9F, 0x99 }, "a\uFFFD")]
    [InlineData(new byte[] { 0xE2, 0x82, 0x41 }, "\uFFFDA")]
    public void Invalid_bytes_become_replacement_characters(byte[] bytes, string expected)
    {
        var stream = new Utf8Stream();
        var result = new StringBuilder();
        foreach (var b in bytes) result.Append(stream.Push([b]));
        result.Append(stream.Flush());

        Assert.Equal(expected, result.ToString());
    }

    [Theory]
    [InlineData("Hello\nUser: next", new[] { "\nUser:" }, "Hello")]
    [InlineData("Hello\nUse it", new[] { "\nUser:" }, "Hello\nUse it")]
    [InlineData("aaab", new[] { "aab" }, "a")]
    [InlineData("abc", new[] { "abc", "b" }, "a")]
    [InlineData("abc", new[] { "b", "abc" }, "a")]
    [InlineData("xEND", new[] { "END", "xEND" }, "")]
    [InlineData("one ### two", new[] { "###" }, "one ")]
    [InlineData("one ##", new[] { "###" }, "one ##")]
    public void Stop_sequences_are_found_however_the_text_is_cut(string text, string[] stops, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var matcher = new StopMatcher(stops);
            var shown = new StringBuilder();
            foreach (var piece in text.Chunk(size))
            {
                shown.Append(matcher.Push(piece));
                // Nothing that a stop sequence would take back has been shown.
                Assert.StartsWith(shown.ToString(), expected, StringComparison.Ordinal);
            }
            if (!matcher.Stopped) shown.Append(matcher.Flush());

            Assert.Equal(expected, shown.ToString());
            Assert.Equal(expected != text, matcher.Stopped);
        }
    }
}
