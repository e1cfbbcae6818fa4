using System.Text.Json;

namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class WebhookTests
{
    [Fact]
    public async Task Failures_are_tried_again_at_once_and_then_after_2_4_8_seconds()
    {
        await using var api = await FakeApi.StartAsync();
        await using var hook = await Hook.StartAsync();
        hook.Answer = (count, context) =>
        {
            context.Response.StatusCode = count < 5 ? 500 : 200;
            return Task.CompletedTask;
        };
        await SetAsync(api, hook);
        api.Chat.Say("again and again");

        await api.Server.WaitAsync(() => api.Bot.Deliveries.Failed == 2);
        foreach (var (seconds, sent) in ((int, int)[])[(2, 3), (4, 4), (8, 5)])
        {
            api.Time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.Equal(sent - 1, hook.Seen.Length);
            api.Time.Advance(TimeSpan.FromSeconds(0.1));
            await api.Server.WaitAsync(() => api.Bot.Deliveries.Sent == sent);
        }

        Assert.Equal(0, api.Bot.PendingUpdates);
        Assert.Equal(5, hook.Seen.Length);
        Assert.Single(hook.Seen.Select(s => s.Body).Distinct());
        var info = await api.CallAsync("getWebhookInfo", new { });
        Assert.Equal("Wrong response from the webhook: 500 Internal Server Error", info.Result.GetProperty("last_error_message").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_after_of_the_webhook_is_kept(bool lean)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = lean });
        await using var hook = await Hook.StartAsync();
        hook.Answer = (count, context) =>
        {
            if (count > 1) return Task.CompletedTask;
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "30";
            return Task.CompletedTask;
        };
        await SetAsync(api, hook);
        api.Chat.Say("busy?");
        await api.Server.WaitAsync(() => api.Bot.Deliveries.Failed == 1);

        api.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(hook.Seen);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        await api.Server.WaitAsync(() => api.Bot.PendingUpdates == 0);
        Assert.Equal(2, hook.Seen.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_message_of_a_chat_at_a_time_and_chats_side_by_side(bool lean)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = lean });
        await using var hook = await Hook.StartAsync();
        var gate = new TaskCompletionSource();
        using var arrived = new SemaphoreSlim(0);
        hook.Answer = (_, _) =>
        {
            arrived.Release();
            return gate.Task;
        };
        await SetAsync(api, hook);
        var other = api.Bot.PrivateChat(api.Server.AddUser("Max"));

        api.Chat.Say("first");
        api.Chat.Say("second");
        other.Say("at the same time");
        for (var i = 0; i < 2; i++) await arrived.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["at the same time", "first"], hook.Seen.Select(Text).Order());
        gate.SetResult();
        await api.Server.WaitAsync(() => api.Bot.PendingUpdates == 0);

        Assert.Equal("second", Text(hook.Seen[2]));
        Assert.All(hook.Seen, seen => Assert.Equal("s-1", seen.Secret));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_method_in_the_answer_is_executed_and_extra_deliveries_are_the_same_update(bool lean)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = lean });
        await using var hook = await Hook.StartAsync();
        hook.Answer = (count, context) => count == 1
            ? WriteAsync(context, JsonSerializer.Serialize(new { method = "sendMessage", chat_id = api.Chat.Id, text = "in the answer" }))
            : Task.CompletedTask;
        await SetAsync(api, hook);
        api.Bot.ExtraDeliveries = 2;

        api.Chat.Say("hello");
        await api.Server.WaitAsync(() => api.Bot.PendingUpdates == 0);

        Assert.Equal(3, hook.Seen.Length);
        Assert.Single(hook.Seen.Select(s => s.Body).Distinct());
        await api.Chat.WaitForTextAsync("in the answer");
    }

    [Fact]
    public async Task A_message_of_a_bot_is_told_while_it_is_sent_and_may_be_answered_there()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        await using var hook = await Hook.StartAsync();
        await SetAsync(api, hook);
        api.Server.BotSent += message => message.Chat.Say($"You said {message.Text}");

        Assert.Contains("\"text\":\"one\"", (await api.SayAsync("one")).Body);
        await api.SayAsync("two");
        await api.Server.WaitAsync(() => api.Bot.PendingUpdates == 0);

        Assert.Equal(["You said one", "You said two"], hook.Seen.Select(Text));
    }

    [Theory]
    [InlineData("http://example.org/hook", "", "Bad Request: invalid webhook URL specified")]
    [InlineData("https://example.org/hook", "no spaces", "Bad Request: secret token contains unallowed characters")]
    [InlineData("https://example.org/hook", "ok_-1", "Webhook was set")]
    public async Task The_address_and_the_secret_are_checked(string url, string secret_token, string description)
    {
        await using var api = await FakeApi.StartAsync();

        Assert.Equal(description, (await api.CallAsync("setWebhook", new { url, secret_token })).Description);
        Assert.Equal(1, (await api.CallAsync("setWebhook", new { url, secret_token })).Seconds);
    }

    private static Task<FakeApi.Answer> SetAsync(FakeApi api, Hook hook) =>
        api.CallAsync("setWebhook", new { url = hook.Url, secret_token = "s-1", max_connections = 2 });

    private static string Text((string Body, string Secret) seen) =>
        JsonDocument.Parse(seen.Body).RootElement.GetProperty("message").GetProperty("text").GetString()!;

    private static Task WriteAsync(Microsoft.AspNetCore.Http.HttpContext context, string json)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(json);
        (context.Response.ContentType, context.Response.ContentLength) = ("application/json", bytes.Length);
        return context.Response.Body.WriteAsync(bytes).AsTask();
    }
}
