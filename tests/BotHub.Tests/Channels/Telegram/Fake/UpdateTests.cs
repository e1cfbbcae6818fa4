namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class UpdateTests
{
    [Fact]
    public async Task An_offset_confirms_what_is_below_it()
    {
        await using var api = await FakeApi.StartAsync();
        api.Chat.Say("one");
        api.Chat.Say("two");

        var first = (await PollAsync(api, 0)).Result[0].GetProperty("update_id").GetInt32();
        var rest = (await PollAsync(api, first + 1)).Result;

        Assert.Equal("two", Assert.Single(rest.EnumerateArray()).GetProperty("message").GetProperty("text").GetString());
        Assert.Equal(1, api.Bot.PendingUpdates);
        await PollAsync(api, -1);
        Assert.Equal(1, api.Bot.PendingUpdates);
    }

    [Fact]
    public async Task A_waiting_poll_is_answered_by_the_message()
    {
        await using var api = await FakeApi.StartAsync();
        var poll = PollAsync(api, 0, timeout: 50);
        await api.Server.WaitAsync(() => api.Bot.IsPolling);

        api.Chat.Say("now");

        Assert.Equal(1, (await poll).Result.GetArrayLength());
    }

    [Fact]
    public async Task A_second_poller_ends_the_first_and_a_webhook_ends_both()
    {
        await using var api = await FakeApi.StartAsync();
        await using var hook = await Hook.StartAsync();
        var first = PollAsync(api, 0, timeout: 50);
        await api.Server.WaitAsync(() => api.Bot.IsPolling);
        var second = PollAsync(api, 1, timeout: 50);

        Assert.Equal("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", (await first).Description);
        api.Time.Advance(TimeSpan.FromSeconds(4));
        await api.Server.WaitAsync(() => api.Bot.IsPolling);
        await api.CallAsync("setWebhook", new { url = hook.Url });
        Assert.Equal(409, (int)(await second).Status);

        api.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.StartsWith("Conflict: can't use getUpdates method while webhook is active", (await PollAsync(api, 0)).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presses_are_kept_150_seconds_and_messages_a_day()
    {
        await using var api = await FakeApi.StartAsync();
        var keyboard = new { inline_keyboard = new[] { new[] { new { text = "Go", callback_data = "go" } } } };
        await api.CallAsync("sendMessage", new { chat_id = api.Chat.Id, text = "x", reply_markup = keyboard });
        api.Chat.Say("keep");
        var press = api.Chat.Press(api.Chat.LastBotMessage!, "Go");

        Assert.Equal(2, (await PollAsync(api, 0)).Result.GetArrayLength());
        api.Time.Advance(TimeSpan.FromSeconds(151));
        Assert.Equal(1, (await PollAsync(api, 0)).Result.GetArrayLength());
        Assert.Equal("Bad Request: query is too old and response timeout expired or query ID is invalid", (await api.CallAsync("answerCallbackQuery", new { callback_query_id = press.Id })).Description);
        api.Time.Advance(TimeSpan.FromHours(24));
        var late = PollAsync(api, 0, timeout: 1);
        await api.Server.WaitAsync(() => api.Bot.IsPolling);
        api.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await late).Result.GetArrayLength());
    }

    [Fact]
    public async Task Allowed_updates_stay_until_they_are_named_again()
    {
        await using var api = await FakeApi.StartAsync();
        await api.CallAsync("getUpdates", new { allowed_updates = new[] { "callback_query" }, offset = 1 });
        api.Chat.Say("not wanted");
        Assert.Equal(0, api.Bot.PendingUpdates);

        await api.CallAsync("getUpdates", new { allowed_updates = Array.Empty<string>(), offset = 2 });
        api.Chat.Say("wanted");

        Assert.Equal(1, api.Bot.PendingUpdates);
    }

    [Fact]
    public async Task Privacy_mode_lets_through_commands_and_replies_only()
    {
        await using var api = await FakeApi.StartAsync();
        var group = api.Server.AddGroup("Group", api.Ada);
        group.Join(api.Bot);
        await api.CallAsync("sendMessage", new { chat_id = group.Id, text = "here I am" });
        await PollAsync(api, -1);
        var before = api.Bot.PendingUpdates;

        group.Say("hello all", api.Ada);
        group.Say("hello @strict_bot", api.Ada);
        group.Say("/ask@other_bot x", api.Ada);
        Assert.Equal(before, api.Bot.PendingUpdates);
        group.Say("/ask x", api.Ada);
        group.Say("/ask@strict_bot x", api.Ada);
        group.Say("and you?", api.Ada, replyTo: group.LastBotMessage);
        Assert.Equal(before + 3, api.Bot.PendingUpdates);
        group.Promote(api.Bot);
        group.Say("hello all", api.Ada);
        Assert.Equal(before + 5, api.Bot.PendingUpdates);
    }

    private static Task<FakeApi.Answer> PollAsync(FakeApi api, int offset, int timeout = 0) => api.CallAsync("getUpdates", new { offset, timeout });
}
