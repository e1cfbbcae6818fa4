using System.Net;
using System.Text;
using BotHub.Channels.Telegram;
using BotHub.FakeTelegram;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Telegram.Bot;

namespace BotHub.Tests.Channels.Telegram.Receiving;

public sealed class WebhookTests
{
    private static int _update = 1000;

    [Fact]
    public async Task Telegram_is_told_where_to_call_and_its_calls_are_answered()
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync();
        var chat = hub.Chat();

        chat.Say("say by webhook");

        await chat.WaitForTextAsync("by webhook");
        await hub.ConfirmedAsync();
        Assert.Equal(0, hub.Bot.Deliveries.Failed);
        var status = await hub.StatusAsync("lastWebhookSeconds");
        Assert.Equal("webhook", status.GetProperty("mode").GetString());
        Assert.True(status.GetProperty("lastWebhookSeconds").GetDouble() < 60);
    }

    [Fact]
    public async Task An_update_that_comes_five_times_at_once_is_answered_once()
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync();
        hub.Bot.ExtraDeliveries = 4;
        var chat = hub.Chat();

        chat.Say("say once");
        await chat.WaitForTextAsync("once");
        chat.Say("say twice");
        await chat.WaitForTextAsync("twice");

        Assert.Equal(2, chat.BotMessages.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("the-webhook_secret-0124")]
    [InlineData("the-webhook_secret-01234")]
    [InlineData("the-webhook_secret")]
    public async Task Without_the_secret_nothing_is_taken(string? secret)
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync();

        using var response = await PostAsync(hub, Text("say intruder"), secret);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(hub.Hub.Model.Prompts);
        Assert.Equal(0, (await hub.StatusAsync()).GetProperty("deadLetters").GetInt64());
    }

    [Fact]
    public async Task A_bot_that_polls_or_does_not_exist_has_no_webhook()
    {
        await using var hub = await TelegramHub.StartAsync();

        using var polling = await PostAsync(hub, "{}", TelegramHub.Secret);
        using var unknown = await PostAsync(hub, "{}", TelegramHub.Secret, "nobody");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (polling.StatusCode, unknown.StatusCode));
    }

    [Fact]
    public async Task A_body_over_a_megabyte_is_refused()
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync();

        using var response = await PostAsync(hub, Text(new string('x', 1024 * 1024)), TelegramHub.Secret);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_full_mailbox_asks_Telegram_to_come_later()
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync(("Storage:MailboxLimit", "1"));
        using var first = await PostAsync(hub, Text("hang"), TelegramHub.Secret);

        using var second = await PostAsync(hub, Text("say more"), TelegramHub.Secret);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (first.StatusCode, second.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(10), second.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Without_the_store_Telegram_is_asked_to_come_later()
    {
        var away = new StoreAway { IsAway = true };
        await using var hub = await TelegramHub.StartWithWebhookAsync(away);
        var text = Text("say patience");

        using var first = await PostAsync(hub, text, TelegramHub.Secret);
        away.IsAway = false;
        using var second = await PostAsync(hub, text, TelegramHub.Secret);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(3), first.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Somebody_elses_webhook_is_replaced_again()
    {
        await using var telegram = await FakeTelegramServer.StartAsync();
        var account = telegram.AddBot();
        var options = new TelegramBotOptions { Name = "Test", Token = account.Token, ApiUrl = telegram.Url, Mode = ReceiveMode.Webhook, WebhookUrl = new Uri("http://127.0.0.1:1/"), WebhookSecret = "s" };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
        var bot = new TelegramBot(options, new QuickTelegramClient(new TelegramBotClientOptions(account.Token, telegram.Url.AbsoluteUri), http, http));
        var clock = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var keeping = new WebhookKeeper(clock, NullLogger<WebhookKeeper>.Instance).RunAsync(bot, stop.Token);
        await TelegramHub.UntilAsync(() => account.WebhookUrl == "http://127.0.0.1:1/telegram/Test");

        // Telegram takes one change a second.
        HttpStatusCode changed;
        do changed = (await http.GetAsync($"{telegram.Url}bot{account.Token}/setWebhook?url=https://elsewhere.example/")).StatusCode;
        while (changed == HttpStatusCode.TooManyRequests);
        Assert.Equal("https://elsewhere.example/", account.WebhookUrl);
        await TelegramHub.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return account.WebhookUrl == "http://127.0.0.1:1/telegram/Test";
        });

        await stop.CancelAsync();
        await keeping;
    }

    private static string Text(string text) =>
        $$"""{"update_id":{{Interlocked.Increment(ref _update)}},"message":{"message_id":{{_update}},"date":1700000000,"chat":{"id":5,"type":"private"},"from":{"id":5,"is_bot":false,"first_name":"A"},"text":"{{text}}"} }""";

    private static async Task<HttpResponseMessage> PostAsync(TelegramHub hub, string body, string? secret, string bot = "Test")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/telegram/{bot}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (secret is not null) request.Headers.TryAddWithoutValidation("X-Telegram-Bot-Api-Secret-Token", secret);
        return await hub.Http.SendAsync(request);
    }
}
