using System.Net;
using System.Text;
using BotHub.FakeTelegram;

namespace BotHub.Tests.Channels.Telegram.Receiving;

/// <summary>Whatever comes in, the good updates between the bad ones arrive.</summary>
public sealed class BadUpdateTests
{
    private const int Count = 1000;

    [Fact]
    public async Task A_thousand_bad_updates_stop_no_poller()
    {
        await using var hub = await TelegramHub.PrepareAsync(("Streaming", "Off"));
        var (bad, chats) = (new BadUpdates(1), new List<FakeChat>());
        for (var i = 0; i < Count; i++)
        {
            hub.Bot.Inject(bad.Next());
            if (i % 20 != 19) continue;
            var chat = hub.Chat($"User{i}");
            chat.Say($"say good {i}");
            chats.Add(chat);
        }

        hub.Start();

        foreach (var chat in chats) await chat.WaitForTextAsync("good", TimeSpan.FromMinutes(2));
        await hub.ConfirmedAsync();
        Assert.All(chats, c => Assert.Single(c.BotMessages));
        Assert.True((await hub.StatusAsync()).GetProperty("deadLetters").GetInt64() > Count / 10);
        Assert.DoesNotContain("receiving has ended", hub.Hub.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("the poller met", hub.Hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_breaks_off_at_the_server_is_put_aside_after_some_tries()
    {
        await using var hub = await TelegramHub.PrepareAsync();
        var (first, last) = (hub.Chat("Ada"), hub.Chat("Max"));
        first.Say("say before it");
        hub.Bot.Inject(new BadUpdates(2).NextTruncated());
        last.Say("say behind it");

        hub.Start();

        await first.WaitForTextAsync("before it");
        await last.WaitForTextAsync("behind it", TimeSpan.FromSeconds(60));
        Assert.Equal(1, (await hub.StatusAsync()).GetProperty("deadLetters").GetInt64());
    }

    [Fact]
    public async Task A_thousand_bad_calls_stop_no_webhook()
    {
        await using var hub = await TelegramHub.StartWithWebhookAsync(("Streaming", "Off"));
        var bad = new BadUpdates(3);
        List<string> bodies = [.. Enumerable.Range(0, Count).Select(i => i % 10 == 0 ? bad.NextTruncated() : bad.Next())];
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (body, cancel) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/telegram/Test") { Content = new StringContent(body, Encoding.UTF8, "application/json"), Headers = { { "X-Telegram-Bot-Api-Secret-Token", TelegramHub.Secret } } };
            using var response = await hub.Http.SendAsync(request, cancel);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} for {body}");
        });

        var chat = hub.Chat();
        chat.Say("say still here");

        await chat.WaitForTextAsync("still here");
        Assert.True((await hub.StatusAsync()).GetProperty("deadLetters").GetInt64() > Count / 10);
    }
}
