using BotHub.Channels.Telegram;
using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Sends of which nobody knows whether they arrived, and what a takeover makes of a reply.</summary>
public sealed class InDoubtTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task A_send_that_may_have_arrived_is_not_repeated_at_once()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "sendMessage" });
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.NotNull(delivery.Later);
        Assert.Equal(1, bench.Server.Calls.Of("sendMessage"));
        Assert.Single(bench.Lease.Notes);
    }

    [Theory]
    [InlineData(UnknownSendPolicy.Resend, 2)]
    [InlineData(UnknownSendPolicy.Skip, 1)]
    public async Task Then_the_policy_decides_once(UnknownSendPolicy policy, int shown)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { UnknownSends = policy });
        bench.Server.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "sendMessage" });
        await bench.AnswerAsync("Hello.");
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        Assert.True(delivery.Unknown);
        Assert.Null(delivery.Later);
        Assert.Equal(shown, bench.Chat.BotMessages.Count);
        Assert.Equal(policy == UnknownSendPolicy.Resend ? 1 : 0, delivery.PlatformIds.Count);
    }

    [Fact]
    public async Task A_send_that_gets_no_answer_in_time_is_one_that_may_have_arrived()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.ActThenHang) { Method = "sendMessage" });
        var delivery = await bench.AdvanceUntilAsync(new ValueTask<Delivery>(bench.AnswerAsync("Hello.")));
        Assert.NotNull(delivery.Later);
        Assert.Single(bench.Lease.Notes);
    }

    [Fact]
    public async Task A_send_that_got_lost_twice_is_given_up()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "sendMessage", Times = 0 });
        await bench.AnswerAsync("Hello.");
        Assert.NotNull((await AgainAsync(bench, "Hello.", DeliveryState.Postponed)).Later);
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        Assert.True(delivery.Unknown);
        Assert.Null(delivery.Later);
        Assert.Equal(2, bench.Chat.BotMessages.Count);
    }

    [Theory]
    [InlineData(DeliveryState.Postponed)]
    [InlineData(DeliveryState.InDoubt)]
    public async Task What_was_decided_and_had_to_wait_then_is_not_decided_again(DeliveryState state)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        if (state == DeliveryState.Postponed)
        {
            bench.Server.Faults.Add(new Fault(FaultKind.Reset) { Method = "sendMessage" });
            await bench.AnswerAsync("Hello.");
        }

        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Method = "sendMessage", Code = 401, Description = "Unauthorized" });
        Assert.NotNull((await AgainAsync(bench, "Hello.", state)).Later);
        Assert.False(ReplyProgress.Of(bench.Lease.Note, "t0").Doubtful);
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        Assert.True(delivery.Unknown);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task While_the_server_fails_the_reply_waits_and_is_shown_once()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.BadGateway) { Method = "sendMessage", Times = 4 });
        var wait = (await bench.AnswerAsync("Hello.")).Later;
        for (var i = 1; i < 4; i++)
        {
            var next = (await AgainAsync(bench, "Hello.", DeliveryState.Postponed)).Later;
            Assert.True(next > wait);
            wait = next;
        }

        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        Assert.Single(delivery.PlatformIds);
        Assert.True(delivery.Unknown);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task What_surely_never_left_waits_and_is_in_no_doubt()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        await bench.Server.DisposeAsync();
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.NotNull(delivery.Later);
        Assert.False(ReplyProgress.Of(bench.Lease.Note, "t0").Doubtful);
    }

    [Theory]
    [InlineData(UnknownSendPolicy.Resend, 1)]
    [InlineData(UnknownSendPolicy.Skip, 0)]
    public async Task A_reply_that_was_about_to_be_sent_when_its_node_died_is_the_policys_too(UnknownSendPolicy policy, int shown)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { UnknownSends = policy });
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.InDoubt);
        Assert.True(delivery.Unknown);
        Assert.Equal(shown, bench.Chat.BotMessages.Count);
    }

    [Fact]
    public async Task A_reply_that_was_given_back_unsent_is_in_no_doubt()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { UnknownSends = UnknownSendPolicy.Skip });
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        Assert.False(delivery.Unknown);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
    }

    [Theory]
    [InlineData(FaultKind.ActThenReset)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.Malformed)]
    public async Task With_edits_nothing_is_seen_twice(FaultKind fault)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Streaming = StreamingMode.Edit, UnknownSends = UnknownSendPolicy.Skip });
        bench.Server.Faults.Add(new Fault(fault) { Method = "editMessageText" });
        Assert.NotNull((await bench.AnswerAsync("Hello.")).Later);
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.InDoubt);
        Assert.False(delivery.Unknown);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
        Assert.Equal([$"{bench.Chat.LastBotMessage!.Id}"], delivery.PlatformIds);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_not_sent_placeholders_without_end()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Streaming = StreamingMode.Edit });
        bench.Server.Faults.Add(new Fault(FaultKind.ActThenReset) { Method = "sendMessage", Times = 0 });
        var delivery = await bench.AnswerAsync("Hello.");
        for (var i = 0; delivery.Later is not null; i++)
        {
            Assert.True(i < 3);
            delivery = await AgainAsync(bench, "Hello.", DeliveryState.Postponed);
        }

        Assert.True(delivery.Unknown);
        Assert.Equal(2, bench.Chat.BotMessages.Count);
    }

    [Fact]
    public async Task An_edit_that_was_done_before_its_node_died_is_done()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Streaming = StreamingMode.Edit });
        await bench.AnswerAsync("Hello.");
        var delivery = await AgainAsync(bench, "Hello.", DeliveryState.InDoubt);
        Assert.False(delivery.Unknown);
        Assert.Equal(1, bench.Chat.LastBotMessage!.Edits);
        Assert.Equal(["Hello."], bench.Chat.BotTexts);
    }

    [Theory]
    [InlineData(false, FaultKind.Reset)]
    [InlineData(true, FaultKind.Reset)]
    [InlineData(false, FaultKind.ActThenReset)]
    [InlineData(true, FaultKind.ActThenReset)]
    public async Task A_long_answer_goes_on_after_its_last_confirmed_part(bool edits, FaultKind fault)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Rich = false, Streaming = edits ? StreamingMode.Edit : StreamingMode.Auto, UnknownSends = UnknownSendPolicy.Skip });
        var text = Long(4);
        // The third message of the reply: its placeholder counts as a send.
        bench.Server.Faults.Add(new Fault(fault) { Method = "sendMessage", Skip = 2 });
        Assert.NotNull((await bench.AnswerAsync(text)).Later);
        var first = bench.Chat.BotMessages.Select(m => m.Text).ToList();

        var delivery = await AgainAsync(bench, text, DeliveryState.Postponed);
        Assert.True(delivery.Unknown);
        Assert.Equal(first, bench.Chat.BotTexts.Take(first.Count));
        Assert.Equal(bench.Chat.BotTexts.Distinct(), bench.Chat.BotTexts);
        Assert.Equal(fault == FaultKind.ActThenReset ? 4 : 3, bench.Chat.BotMessages.Count);
        Assert.Equal(3, delivery.PlatformIds.Count);
        Assert.NotEmpty(bench.Chat.LastBotMessage!.Buttons);
        Assert.All(bench.Chat.BotMessages.SkipLast(1), m => Assert.Empty(m.Buttons));
    }

    [Fact]
    public async Task A_node_that_dies_between_two_parts_leaves_none_to_be_repeated()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Rich = false });
        var text = Long(3);
        bench.Server.Faults.Add(new Fault(FaultKind.Hang) { Method = "sendMessage", Skip = 1 });
        var dying = bench.AnswerAsync(text);
        await bench.Server.WaitAsync(() => bench.Server.Faults.Happened == 1);
        var delivery = await AgainAsync(bench, text, DeliveryState.InDoubt);
        Assert.True(delivery.Unknown);
        Assert.Equal(3, delivery.PlatformIds.Count);
        Assert.Equal(3, bench.Chat.BotMessages.Count);
        bench.Server.Faults.Clear();
        await dying;
    }

    /// <summary>What a takeover does: a new surface, the note of the old lease, and the reply from the outbox.</summary>
    private static Task<Delivery> AgainAsync(DeliveryBench bench, string text, DeliveryState state)
    {
        var surface = bench.Open();
        var turn = bench.NewTurn(number: 0);
        return surface.DeliverAsync(DeliveryBench.Reply(turn, text), state).AsTask();
    }

    private static string Long(int parts) => string.Join("\n\n", Enumerable.Range(0, parts).Select(i => $"Part {i}: " + string.Join(' ', Enumerable.Repeat($"word{i}", 600))));
}
