namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class DraftTests
{
    [Fact]
    public async Task A_draft_is_shown_for_30_seconds_or_until_the_message()
    {
        await using var api = await FakeApi.StartAsync();

        await DraftAsync(api, 1, "");
        Assert.True(api.Chat.Draft!.IsThinking);
        await DraftAsync(api, 1, "some");
        Assert.Equal("some", api.Chat.Draft!.Text);
        api.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(api.Chat.Draft);
        await DraftAsync(api, 1, "some more");
        await api.SayAsync("some more of it");

        Assert.Null(api.Chat.Draft);
        Assert.Equal(["", "some", "some more"], api.Chat.DraftFrames.Select(f => f.Text));
    }

    [Fact]
    public async Task Stop_tells_the_bot_and_ends_the_draft()
    {
        await using var api = await FakeApi.StartAsync();
        await DraftAsync(api, 7, "on and on", canStop: true);

        api.Chat.Stop();
        await DraftAsync(api, 7, "on and on and on", canStop: true);

        Assert.Null(api.Chat.Draft);
        Assert.Equal(1, api.Chat.FramesAfterStop);
        var update = (await api.CallAsync("getUpdates", new { })).Result[0].GetProperty("stopped_message_generation");
        Assert.Equal((7, api.Chat.Id), (update.GetProperty("draft_id").GetInt32(), update.GetProperty("chat").GetProperty("id").GetInt64()));
        Assert.Throws<InvalidOperationException>(api.Chat.Stop);
    }

    [Fact]
    public async Task Drafts_are_for_private_chats_and_need_an_id()
    {
        await using var api = await FakeApi.StartAsync();
        var group = api.Server.AddGroup("Group", api.Ada);
        group.Join(api.Bot);

        Assert.Equal("Bad Request: TEXTDRAFT_PEER_INVALID", (await api.CallAsync("sendMessageDraft", new { chat_id = group.Id, draft_id = 1, text = "x" })).Description);
        Assert.Equal("Bad Request: RANDOM_ID_INVALID", (await DraftAsync(api, 0, "x")).Description);
        Assert.Equal("Bad Request: message is too long", (await DraftAsync(api, 1, new string('x', 4097))).Description);
    }

    [Fact]
    public async Task Typing_lasts_5_seconds()
    {
        await using var api = await FakeApi.StartAsync();

        await api.CallAsync("sendChatAction", new { chat_id = api.Chat.Id, action = "typing" });

        Assert.True(api.Chat.IsTyping);
        api.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(api.Chat.IsTyping);
        Assert.Equal("Bad Request: wrong parameter action in request", (await api.CallAsync("sendChatAction", new { chat_id = api.Chat.Id, action = "dance" })).Description);
    }

    private static Task<FakeApi.Answer> DraftAsync(FakeApi api, int draft_id, string text, bool canStop = false) =>
        api.CallAsync("sendMessageDraft", new { chat_id = api.Chat.Id, draft_id, text, can_stop = canStop });
}
