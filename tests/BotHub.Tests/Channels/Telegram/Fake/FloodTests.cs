using BotHub.FakeTelegram;

namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class FloodTests
{
    private static readonly FakeTelegramOptions Tight = new() { Limits = new() { PrivateBurst = 2, ViolationsUntilBan = 3 } };

    [Fact]
    public async Task Sends_edits_drafts_actions_and_deletes_of_a_chat_share_one_budget()
    {
        await using var api = await FakeApi.StartAsync(new() { Limits = new() { PrivateBurst = 4 } });
        var id = api.Chat.Id;

        var sent = await api.SayAsync("one");
        var message_id = sent.Result.GetProperty("message_id").GetInt32();
        Assert.True((await api.CallAsync("editMessageText", new { chat_id = id, message_id, text = "two" })).Ok);
        Assert.True((await api.CallAsync("sendMessageDraft", new { chat_id = id, draft_id = 1, text = "so" })).Ok);
        Assert.True((await api.CallAsync("sendChatAction", new { chat_id = id, action = "typing" })).Ok);
        var refused = await api.CallAsync("deleteMessage", new { chat_id = id, message_id });

        Assert.Equal((429, 3, "Too Many Requests: retry after 3"), ((int)refused.Status, refused.Seconds, refused.Description));
        Assert.Equal(TimeSpan.FromSeconds(3), refused.RetryAfter?.Delta);
        Assert.Empty(api.Server.Flood.Violations);
    }

    [Fact]
    public async Task Waiting_out_the_window_opens_the_chat_again()
    {
        await using var api = await FakeApi.StartAsync(Tight);
        await api.SayAsync("1");
        await api.SayAsync("2");
        Assert.False((await api.SayAsync("3")).Ok);

        api.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.True((await api.SayAsync("3")).Ok);
        Assert.Empty(api.Server.Flood.Violations);
    }

    [Fact]
    public async Task A_call_into_an_open_window_lengthens_it_and_in_the_end_is_a_ban()
    {
        await using var api = await FakeApi.StartAsync(Tight);
        await api.SayAsync("1");
        await api.SayAsync("2");

        Assert.Equal(3, (await api.SayAsync("3")).Seconds);
        Assert.Equal(6, (await api.SayAsync("3")).Seconds);
        Assert.Equal(12, (await api.SayAsync("3")).Seconds);
        Assert.Empty(api.Server.Flood.Bans);
        Assert.Equal(7_200, (await api.SayAsync("3")).Seconds);

        Assert.Equal(3, api.Server.Flood.Violations.Count);
        Assert.Equal(api.Chat.Id, Assert.Single(api.Server.Flood.Bans).ChatId);
        Assert.Equal(4, api.Server.Flood.Refusals.Count);
    }

    [Fact]
    public async Task Groups_count_by_the_minute_and_other_chats_are_not_touched()
    {
        await using var api = await FakeApi.StartAsync();
        var group = api.Server.AddGroup("Group", api.Ada);
        group.Join(api.Bot);

        for (var i = 0; i < 20; i++) Assert.True((await api.CallAsync("sendMessage", new { chat_id = group.Id, text = $"{i}" })).Ok);
        Assert.Equal(429, (int)(await api.CallAsync("sendMessage", new { chat_id = group.Id, text = "21" })).Status);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await api.SayAsync("elsewhere")).Ok);
    }

    [Fact]
    public async Task Without_limits_nothing_is_counted_but_a_window_opened_by_hand_holds()
    {
        await using var api = await FakeApi.StartAsync(new() { Limits = FloodLimits.Off });
        for (var i = 0; i < 50; i++) Assert.True((await api.SayAsync($"{i}")).Ok);

        api.Server.Flood.Close(api.Bot, api.Chat, TimeSpan.FromSeconds(10));

        Assert.Equal(429, (int)(await api.SayAsync("x")).Status);
        Assert.Single(api.Server.Flood.Violations);
    }

    [Fact]
    public async Task A_planned_429_hits_the_chosen_calls_only()
    {
        await using var api = await FakeApi.StartAsync();
        api.Server.Faults.Add(new(FaultKind.TooManyRequests) { Method = "sendMessage", Skip = 1, RetryAfter = 9 });

        Assert.True((await api.SayAsync("1")).Ok);
        Assert.Equal(9, (await api.SayAsync("2")).Seconds);
        api.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.True((await api.SayAsync("2")).Ok);
        Assert.Equal(1, api.Server.Faults.Happened);
    }
}
