using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>A platform that wants to be left alone, and chats that are gone or elsewhere.</summary>
public sealed class RefusalTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task A_short_refusal_is_waited_for()
    {
        await using var bench = await DeliveryBench.StartAsync(store, null);
        bench.Server.Faults.TooManyRequests("sendMessage", retryAfter: 1);
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.Single(delivery.PlatformIds);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
        Assert.Empty(bench.Server.Flood.Violations);
    }

    [Fact]
    public async Task A_long_refusal_gives_the_conversation_back_and_nobody_calls_meanwhile()
    {
        await using var bench = await DeliveryBench.StartAsync(store, null);
        bench.Server.Faults.TooManyRequests("sendMessage", retryAfter: 120);
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.True(delivery.Later > TimeSpan.FromSeconds(100));
        Assert.NotNull((await bench.AnswerAsync("Hello.")).Later);
        Assert.Equal(1, bench.Server.Calls.Of("sendMessage"));
        Assert.Empty(bench.Server.Flood.Violations);
    }

    [Fact]
    public async Task In_a_storm_of_refusals_every_answer_arrives_once_and_no_call_is_made_into_an_open_window()
    {
        await using var bench = await DeliveryBench.StartAsync(store, null);
        bench.Server.Faults.Add(new Fault(FaultKind.TooManyRequests) { Every = 2, Times = 0, RetryAfter = 1 });
        for (var i = 0; i < 3; i++)
        {
            var surface = bench.Open();
            var turn = bench.NewTurn();
            await surface.StartAsync(turn);
            await surface.ShowAsync(new ReplyText($"Answer {i}"));
            if (i == 1) await bench.Server.WaitAsync(() => bench.Server.Calls.RecentUnderGate().Any(c => c.Method == "sendMessageDraft"));
            var delivery = await surface.DeliverAsync(DeliveryBench.Reply(turn, $"Answer {i}"), DeliveryState.Fresh);
            Assert.Null(delivery.Later);
        }

        Assert.Equal(["Answer 0", "Answer 1", "Answer 2"], bench.Chat.BotTexts);
        Assert.Empty(bench.Server.Flood.Violations);
    }

    [Fact]
    public async Task Previews_never_take_what_the_answer_needs()
    {
        // The fake's own limits, and the hub's just below: a second of drafts must leave room for the answer.
        await using var bench = await DeliveryBench.StartAsync(store, null, o => o with { CallsPerSecond = 25, ChatCallsPerSecond = 20 }, new FakeTelegramOptions { Limits = new FloodLimits { PrivatePerSecond = 21, PrivateBurst = 5 } });
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        for (var i = 0; i < 3; i++)
        {
            await surface.ShowAsync(new ReplyText($"word{i} "));
            await bench.Server.WaitAsync(() => bench.Chat.CurrentDraft?.Text.EndsWith($"word{i}", StringComparison.Ordinal) == true);
        }

        var delivery = await surface.DeliverAsync(DeliveryBench.Reply(turn, "word0 word1 word2"), DeliveryState.Fresh);
        Assert.Null(delivery.Later);
        Assert.Empty(bench.Server.Flood.Refusals);
    }

    [Fact]
    public async Task A_bot_that_was_blocked_while_it_wrote_stops_calling()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft is not null, "a draft");
        bench.Chat.Block();
        await surface.ShowAsync(new ReplyText("Once"));
        await bench.AdvanceUntilAsync(() => bench.Server.Flood.Refusals.Count == 1, "a refusal");
        var delivery = await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Once upon a time."), DeliveryState.Fresh));
        Assert.Equal(Fence.Held, delivery.Fence);
        Assert.Empty(delivery.PlatformIds);
        Assert.Null(delivery.Later);
        await bench.AnswerAsync("And now?");
        Assert.Single(bench.Server.Flood.Refusals);
    }

    [Fact]
    public async Task A_group_that_became_a_supergroup_gets_its_answer_there()
    {
        await using var bench = await AnswerPreviewTests.GroupAsync(store);
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a placeholder");
        var super = bench.Chat.Upgrade();
        var delivery = await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Moved along."), DeliveryState.Fresh));
        Assert.Equal(["Moved along."], super.BotTexts);
        Assert.Equal([$"{super.LastBotMessage!.Id}"], delivery.PlatformIds);

        var refusals = bench.Server.Flood.Refusals.Count;
        await bench.AnswerAsync("And again.");
        Assert.Equal("And again.", super.LastBotMessage!.Text);
        Assert.Equal(refusals, bench.Server.Flood.Refusals.Count);
    }

    [Fact]
    public async Task A_reply_waits_for_a_valid_token()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Bot.RevokeToken();
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.NotNull(delivery.Later);
        Assert.False(delivery.Unknown);
    }

    [Fact]
    public async Task The_question_may_be_gone_by_the_time_it_is_answered()
    {
        await using var bench = await AnswerPreviewTests.GroupAsync(store);
        var asked = bench.Chat.Say("/ask hello", bench.User);
        bench.Chat.Delete(asked);
        await bench.AnswerAsync("Hello.", asked: asked);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
    }
}
