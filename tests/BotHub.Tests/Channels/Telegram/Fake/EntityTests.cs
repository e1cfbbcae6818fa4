using BotHub.FakeTelegram;

namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class EntityTests
{
    [Theory]
    [InlineData("abc", "bold", 4, 1, "Bad Request: entity begins after the end of the text at UTF-16 offset 4")]
    [InlineData("abc", "bold", 1, 3, "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4")]
    [InlineData("👍", "bold", 1, 1, "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 4")]
    [InlineData("👍", "bold", 0, 1, "Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4")]
    [InlineData("abc", "bold", -1, 1, "Bad Request: receive an entity with incorrect offset -1")]
    [InlineData("abc", "sparkle", 0, 1, "Bad Request: can't parse MessageEntity: Unsupported type specified")]
    public async Task Entities_outside_the_text_are_refused(string text, string type, int offset, int length, string error)
    {
        await using var api = await FakeApi.StartAsync();

        Assert.Equal(error, (await api.SayAsync(text, new { type, offset, length })).Description);
    }

    [Theory]
    [InlineData("bold", 0, 4, "italic", 2, 4, "overlaps")]
    [InlineData("code", 0, 4, "bold", 1, 1, "is inside")]
    [InlineData("bold", 0, 4, "pre", 1, 1, "may not be part of")]
    [InlineData("bold", 0, 4, "bold", 1, 1, "repeats the type of")]
    public async Task What_Telegram_would_repair_silently_is_refused(string first, int at, int length, string second, int secondAt, int secondLength, string why)
    {
        await using var api = await FakeApi.StartAsync();

        var answer = await api.SayAsync("abcdefgh", new { type = first, offset = at, length }, new { type = second, offset = secondAt, length = secondLength });

        Assert.Contains(why, answer.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_nesting_passes_and_what_Telegram_finds_itself_is_added()
    {
        await using var api = await FakeApi.StartAsync();

        var answer = await api.SayAsync("see https://a.example and /help", new { type = "blockquote", offset = 0, length = 25 }, new { type = "bold", offset = 0, length = 3 });

        Assert.True(answer.Ok, answer.Body);
        Assert.Equal(["blockquote", "bold", "url", "bot_command"], api.Chat.Messages[0].Entities.Select(e => e.Type));
    }

    [Fact]
    public async Task Without_strictness_bad_nesting_is_repaired()
    {
        await using var api = await FakeApi.StartAsync(new() { StrictEntities = false });

        Assert.True((await api.SayAsync("abcdefgh", new { type = "code", offset = 0, length = 4 }, new { type = "bold", offset = 1, length = 1 })).Ok);
        Assert.Equal(["code"], api.Chat.Messages[0].Entities.Select(e => e.Type));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task Callback_data_has_1_to_64_bytes(int bytes, bool good)
    {
        await using var api = await FakeApi.StartAsync();

        var keyboard = new { inline_keyboard = new[] { new[] { new { text = "B", callback_data = new string('x', bytes) } } } };
        var answer = await api.CallAsync("sendMessage", new { chat_id = api.Chat.Id, text = "x", reply_markup = keyboard });

        Assert.Equal(good ? "" : "Bad Request: BUTTON_DATA_INVALID", answer.Description);
    }

    [Fact]
    public async Task Rich_messages_have_limits_and_can_be_unknown()
    {
        await using var api = await FakeApi.StartAsync();
        async Task<string> Rich(string markdown) => (await api.CallAsync("sendRichMessage", new { chat_id = api.Chat.Id, rich_message = new { markdown } })).Description;

        Assert.Equal("", await Rich("# Head\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n"));
        Assert.Equal(new RichSize(14, 9, 3, 2), api.Chat.LastBotMessage!.Rich!.Size);
        Assert.Equal("Bad Request: RICH_MESSAGE_TEXT_INVALID", await Rich(new string('x', 32_769)));
        Assert.Equal("Bad Request: RICH_MESSAGE_BLOCKS_INVALID", await Rich(string.Concat(Enumerable.Repeat("- x\n", 250))));
        Assert.Equal("Bad Request: RICH_MESSAGE_DEPTH_INVALID", await Rich(new string('>', 17) + " deep"));
        Assert.Equal("Bad Request: RICH_MESSAGE_TABLE_INVALID", await Rich(string.Concat(Enumerable.Repeat("|a", 21)) + "|\n" + string.Concat(Enumerable.Repeat("|-", 21)) + "|"));
        Assert.Equal("Bad Request: rich message must be non-empty", await Rich(" "));
        api.Server.RichMessages = false;
        Assert.Equal("Not Found: method not found", await Rich("x"));
    }
}
