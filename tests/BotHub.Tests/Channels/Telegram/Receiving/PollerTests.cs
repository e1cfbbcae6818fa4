using System.Text.Json;
using BotHub.FakeTelegram;
using Microsoft.Extensions.DependencyInjection;
using BotHub.Core.Delivery;

namespace BotHub.Tests.Channels.Telegram.Receiving;

public sealed class PollerTests
{
    [Fact]
    public async Task A_message_is_answered_and_confirmed_once_it_is_safe()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();

        chat.Say("say good day");

        await chat.WaitForTextAsync("good day");
        await hub.ConfirmedAsync();
    }

    [Fact]
    public async Task The_commands_are_in_the_menus_and_set_only_where_they_differ()
    {
        await using var hub = await TelegramHub.StartAsync();

        await hub.Telegram.WaitAsync(() => hub.Bot.Commands("all_group_chats").Count > 0, what: "the menus");

        Assert.Equal(["help", "model", "models", "reset", "status", "stop", "usage"], hub.Bot.Commands("all_private_chats").Keys.Order());
        Assert.Equal(["ask", "help", "model", "models", "reset", "status", "stop", "usage"], hub.Bot.Commands("all_group_chats").Keys.Order());
        Assert.Equal(2, hub.Telegram.Calls.Of("setMyCommands"));
    }

    [Fact]
    public async Task Start_is_answered_with_a_greeting()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();

        chat.Start("from-a-link");

        await chat.WaitForTextAsync("Hello!");
    }

    [Fact]
    public async Task A_stranger_is_told_their_id_once_and_a_group_of_strangers_nothing()
    {
        await using var hub = await TelegramHub.StartAsync(("Allow", "@ada"));
        var (friend, stranger) = (hub.Chat("Ada", "Ada"), hub.Chat("Eve"));
        var group = hub.Telegram.AddGroup("Strangers", stranger.User!);
        group.Join(hub.Bot);

        stranger.Say("say let me in");
        stranger.Say("say please");
        group.Say("/help@test_bot", stranger.User);
        friend.Say("say welcome");

        await friend.WaitForTextAsync("welcome");
        await stranger.WaitForTextAsync($"your id is {stranger.User!.Id}");
        Assert.Single(stranger.BotMessages);
        Assert.Empty(group.BotMessages);
    }

    [Fact]
    public async Task Administrators_of_a_group_may_talk_where_they_are_allowed()
    {
        await using var hub = await TelegramHub.StartAsync(("Allow", "admins"));
        var (owner, member) = (hub.Telegram.AddUser("Ada"), hub.Telegram.AddUser("Max"));
        var group = hub.Telegram.AddSupergroup("Workshop", members: [owner, member]);
        group.Join(hub.Bot);

        group.Say("/ask@test_bot say for members", member);
        group.Say("/ask@test_bot say for owners", owner);

        await group.WaitForTextAsync("for owners");
        Assert.Single(group.BotMessages);
    }

    [Fact]
    public async Task Another_poller_is_told_in_words_and_polling_goes_on_afterwards()
    {
        await using var hub = await TelegramHub.PrepareAsync();
        hub.Telegram.Faults.Add(new Fault(FaultKind.Error) { Method = "getUpdates", Code = 409, Description = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" });
        var chat = hub.Chat();
        chat.Say("say still here");

        hub.Start();

        await hub.LoggedAsync("another program polls with the same token");
        await chat.WaitForTextAsync("still here", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_webhook_in_the_way_is_removed_and_that_is_said()
    {
        await using var hub = await TelegramHub.PrepareAsync();
        using (var operators = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true))
            (await operators.GetAsync($"{hub.Telegram.Url}bot{hub.Bot.Token}/setWebhook?url=https://elsewhere.example/hook")).EnsureSuccessStatusCode();
        var chat = hub.Chat();

        hub.Start();
        chat.Say("say I am back");

        await chat.WaitForTextAsync("I am back", TimeSpan.FromSeconds(30));
        Assert.Equal("", hub.Bot.WebhookUrl);
        Assert.Contains("a webhook is set at Telegram", hub.Hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_token_is_said_loudly_and_takes_nothing_else_down()
    {
        await using var hub = await TelegramHub.PrepareAsync();
        hub.Bot.RevokeToken();

        hub.Start();

        await hub.LoggedAsync("Telegram refuses the token");
        Assert.Contains("Error", hub.Hub.Logs.All.Split('\n').First(l => l.Contains("refuses the token", StringComparison.Ordinal)), StringComparison.Ordinal);
        var ready = await hub.Http.GetAsync("/health/ready");
        Assert.True(ready.IsSuccessStatusCode);
        Assert.Contains("refuses the token", (await hub.StatusAsync("problem")).GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.Malformed)]
    [InlineData(FaultKind.ActThenReset)]
    public async Task A_poll_that_fails_is_tried_again_and_loses_nothing(FaultKind kind)
    {
        await using var hub = await TelegramHub.PrepareAsync();
        hub.Telegram.Faults.Add(new Fault(kind) { Method = "getUpdates", Times = 2 });
        var chat = hub.Chat();
        chat.Say("say it is here");

        hub.Start();

        await chat.WaitForTextAsync("it is here", TimeSpan.FromSeconds(30));
        Assert.Single(chat.BotMessages);
        Assert.Contains("does not receive", hub.Hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_logs_nor_status_hold_the_token_or_the_secret()
    {
        await using var hub = await TelegramHub.PrepareAsync();
        hub.Telegram.Faults.Add(new Fault(FaultKind.Reset) { Times = 1, Method = "getMe" });
        hub.Telegram.Faults.Add(new Fault(FaultKind.BadGateway) { Times = 2 });
        var chat = hub.Chat();
        chat.Say("say all is well");

        hub.Start();

        await chat.WaitForTextAsync("all is well", TimeSpan.FromSeconds(30));
        var secret = hub.Bot.Token.Split(':')[1];
        Assert.DoesNotContain(secret, hub.Hub.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await hub.Http.GetStringAsync("/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mailbox_that_is_full_is_told_to_its_owner_and_stops_nobody_else()
    {
        await using var hub = await TelegramHub.StartAsync(("Storage:MailboxLimit", "2"));
        var (busy, other) = (hub.Chat("Ada"), hub.Chat("Max"));

        busy.Say("hang");
        for (var i = 0; i < 4; i++) busy.Say($"say {i}");
        other.Say("say next please");

        await other.WaitForTextAsync("next please");
        await busy.WaitForTextAsync("too many of yours");
        await hub.ConfirmedAsync();
    }

    [Fact]
    public async Task A_hub_that_stops_hands_its_bots_over_at_once()
    {
        await using var hub = await TelegramHub.StartAsync();
        await TelegramHub.UntilAsync(() => hub.Bot.IsPolling);
        var leases = hub.Hub.Services.GetRequiredService<IPollLeases>();
        var key = $"telegram:{hub.Bot.Id}";
        Assert.NotNull((await leases.ReadStatusAsync(key, CancellationToken.None)).Owner);

        await hub.Hub.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<BotHub.Channels.Telegram.TelegramReceiver>().Single().StoppingAsync(CancellationToken.None);

        Assert.Null((await leases.ReadStatusAsync(key, CancellationToken.None)).Owner);
    }

    [Fact]
    public async Task Without_the_store_nothing_is_confirmed_and_nothing_lost()
    {
        var away = new StoreAway();
        await using var hub = await TelegramHub.PrepareAsync(away);
        var chat = hub.Chat();
        chat.Say("say patience");
        away.IsAway = true;
        hub.Start();
        await hub.LoggedAsync("does not receive: the store is away");
        Assert.Equal(1, hub.Bot.PendingUpdates);
        Assert.Equal(0, (await hub.Hub.Services.GetRequiredService<IPollLeases>().ReadStatusAsync($"telegram:{hub.Bot.Id}", CancellationToken.None)).Offset);

        away.IsAway = false;

        await chat.WaitForTextAsync("patience", TimeSpan.FromSeconds(30));
        await hub.ConfirmedAsync();
        Assert.Single(chat.BotMessages);
    }

    [Fact]
    public async Task The_status_tells_how_the_bot_does()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        chat.Say("say hello");
        await chat.WaitForTextAsync("hello");

        var status = await hub.StatusAsync("lastPollSeconds");

        Assert.Equal("Test", status.GetProperty("name").GetString());
        Assert.Equal("test_bot", status.GetProperty("username").GetString());
        Assert.Equal("polling", status.GetProperty("mode").GetString());
        Assert.Equal("here", status.GetProperty("poller").GetString());
        Assert.True(status.GetProperty("offset").GetInt64() > 0);
        Assert.True(status.GetProperty("lastPollSeconds").GetDouble() < 60);
        Assert.Equal(0, status.GetProperty("deadLetters").GetInt64());
        Assert.False(status.TryGetProperty("problem", out _));
        using var ready = JsonDocument.Parse(await hub.Http.GetStringAsync("/health/ready"));
        Assert.Equal("ok", ready.RootElement.GetProperty("checks").GetProperty("telegram").GetString());
    }
}
