using System.Text;
using BotHub.Channels.Telegram;

namespace BotHub.Tests.Channels.Telegram.Receiving;

public sealed class RawUpdatesTests
{
    [Fact]
    public void Updates_are_taken_apart_as_they_came()
    {
        var read = Read("""{"ok":true,"result":[{"update_id":5,"x":{"update_id":9,"y":[1,{}]}}, {"message":1,"update_id":6} ,7]}""");

        Assert.True(read.Ok);
        Assert.Null(read.Broken);
        Assert.Equal([5, 6, null], read.Updates.Select(u => u.Id));
        Assert.Equal(["""{"update_id":5,"x":{"update_id":9,"y":[1,{}]}}""", """{"message":1,"update_id":6}""", "7"], read.Updates.Select(u => Encoding.UTF8.GetString(u.Json.Span)));
    }

    [Theory]
    [InlineData("\"5\"")]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("2147483648")]
    [InlineData("5.5")]
    [InlineData("{}")]
    public void A_number_that_the_protocol_does_not_allow_is_none(string id) =>
        Assert.Null(Assert.Single(Read($$"""{"ok":true,"result":[{"update_id":{{id}}}]}""").Updates).Id);

    [Fact]
    public void A_refusal_is_read()
    {
        var read = Read("""{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}""");

        Assert.Equal((false, 429, "Too Many Requests: retry after 7", 7), (read.Ok, read.ErrorCode, read.Description, read.RetryAfter));
    }

    [Theory]
    [InlineData("""{"ok":true,"result":[{"update_id":5},{"update_id":6,"message":{"te""", 1, 6)]
    [InlineData("""{"ok":true,"result":[{"update_id":5},{"mess""", 1, null)]
    [InlineData("""{"ok":true,"result":[{"update_id":5},""", 1, null)]
    [InlineData("""<html>502</html>""", 0, null)]
    [InlineData("""[]""", 0, null)]
    [InlineData("", 0, null)]
    public void What_breaks_off_keeps_what_was_whole(string body, int whole, int? broken)
    {
        var read = Read(body);

        Assert.Equal(whole, read.Updates.Count);
        Assert.Equal(broken, read.Broken!.Value.Id);
    }

    [Fact]
    public void Depth_hides_no_update()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);

        Assert.Equal([5, 6], Read($$"""{"ok":true,"result":[{"update_id":5,"x":{{deep}}},{"update_id":6}]}""").Updates.Select(u => u.Id));
    }

    private static RawUpdates Read(string body) => RawUpdates.Read(Encoding.UTF8.GetBytes(body));
}
