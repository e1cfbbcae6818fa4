using System.Diagnostics.Metrics;
using BotHub.Channels.Telegram;
using BotHub.Core.Conversations;
using BotHub.FakeTelegram;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Deliveries through the whole hub: replies that wait in the outbox, and what the policy leaves behind.</summary>
public sealed class WholeHubTests
{
    [Fact]
    public async Task A_reply_that_Telegram_refuses_for_longer_is_given_back_and_arrives_once()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        hub.Telegram.Faults.TooManyRequests("sendMessage", retryAfter: 7);
        chat.Say("say one");
        await chat.WaitForTextAsync("one", TimeSpan.FromSeconds(30));
        Assert.Equal(["one"], chat.BotTexts);
        Assert.Empty(hub.Telegram.Flood.Violations);
        Assert.Contains("wants to be left alone", hub.Hub.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Resend", new[] { "one", "one", "two" })]
    [InlineData("Skip", new[] { "one", "two" })]
    public async Task What_nobody_knows_of_is_decided_once_counted_and_told(string policy, string[] shown)
    {
        await using var hub = await TelegramHub.StartAsync(("UnknownSends", policy));
        List<string> counted = [];
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "bothub.telegram.sends.unknown") listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted) counted.Add($"{tags[0].Value}");
        });
        meters.Start();
        var chat = hub.Chat();
        hub.Telegram.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "sendMessage" });
        chat.Say("say one");
        await chat.WaitForTextAsync("one");
        chat.Say("say two");
        await chat.WaitForTextAsync("two", TimeSpan.FromSeconds(30));
        Assert.Equal(shown, chat.BotTexts);
        lock (counted) Assert.Contains(policy.ToLowerInvariant(), counted);
        Assert.Contains("Nobody knows whether part 1", hub.Hub.Logs.All, StringComparison.Ordinal);
        var status = await hub.Hub.Services.GetRequiredService<IConversationStore>().ReadStatusAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, status.UnknownSends);
    }

    [Fact]
    public async Task With_edits_a_lost_answer_of_the_server_is_never_seen()
    {
        await using var hub = await TelegramHub.StartAsync(("Streaming", "Edit"));
        var chat = hub.Chat();
        hub.Telegram.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "editMessageText" });
        chat.Say("say one");
        await chat.WaitForTextAsync("one");
        chat.Say("say two");
        await chat.WaitForTextAsync("two", TimeSpan.FromSeconds(30));
        Assert.Equal(["one", "two"], chat.BotTexts);
    }

    [Fact]
    public async Task Another_try_stands_in_the_old_answers_place()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        chat.Say("say one");
        var answer = await chat.WaitForTextAsync("one");
        chat.Press(answer, AnswerTexts.Again);
        await chat.WaitAsync(_ => answer.Edits > 0 && answer.Buttons is [{ Count: 3 }]);
        Assert.Equal(["one"], chat.BotTexts);
        Assert.Contains(answer.Buttons[0], b => b.CallbackData == "re:t1");
    }

    [Fact]
    public async Task A_new_wording_is_answered_in_the_old_answers_place()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        var asked = chat.Say("say one");
        await chat.WaitForTextAsync("one");
        chat.Edit(asked, "say two");
        await chat.WaitForTextAsync("two");
        Assert.Equal(["two"], chat.BotTexts);
    }
}
