using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

public sealed class QuickAnswerTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task An_answer_that_is_finished_before_the_first_look_costs_one_call_and_no_note()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var delivery = await bench.AnswerAsync("Good morning.");
        var shown = Assert.Single(bench.Chat.BotMessages);
        Assert.Equal("Good morning.", shown.Text);
        Assert.Equal([$"{shown.Id}"], delivery.PlatformIds);
        Assert.False(delivery.Unknown);
        Assert.Equal("sendMessage", Assert.Single(bench.Server.Calls.Recent).Method);
        Assert.Empty(bench.Lease.Notes);
    }

    [Fact]
    public async Task Answers_are_heard_and_show_no_link_previews()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        await bench.AnswerAsync("See https://example.org for more.");
        Assert.True(bench.Chat.LastBotMessage!.LinkPreviewDisabled);
        Assert.False(bench.Chat.LastBotMessage.IsSilent);
    }

    [Fact]
    public async Task Link_previews_are_shown_where_the_operator_wants_them()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { LinkPreviews = true });
        await bench.AnswerAsync("See https://example.org for more.");
        Assert.False(bench.Chat.LastBotMessage!.LinkPreviewDisabled);
    }

    [Fact]
    public async Task Below_a_models_answer_are_buttons_that_name_its_turn()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        await bench.AnswerAsync("Good morning.");
        var row = Assert.Single(bench.Chat.LastBotMessage!.Buttons);
        Assert.Equal(["fb:+:t0", "fb:-:t0", "re:t0"], row.Select(b => b.CallbackData!));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("internal", true)]
    public async Task Errors_and_commands_have_no_buttons(string? error, bool inContext)
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await surface.DeliverAsync(DeliveryBench.Reply(turn, "Sorry.", error is null ? MessageState.Done : MessageState.Failed, error, inContext), DeliveryState.Fresh);
        Assert.Empty(bench.Chat.LastBotMessage!.Buttons);
    }

    [Fact]
    public async Task No_buttons_where_the_operator_wants_none()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Buttons = false });
        await bench.AnswerAsync("Good morning.");
        Assert.Empty(bench.Chat.LastBotMessage!.Buttons);
    }

    [Fact]
    public async Task Nothing_is_sent_under_a_lost_lease()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        bench.Lease.Fence = Fence.Lost;
        var delivery = await surface.DeliverAsync(DeliveryBench.Reply(turn, "Too late."), DeliveryState.Fresh);
        Assert.Equal(Fence.Lost, delivery.Fence);
        Assert.Empty(bench.Server.Calls.Recent);
    }

    [Fact]
    public async Task Turns_of_one_lease_are_answered_in_their_order()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        for (var i = 0; i < 3; i++) await bench.AnswerAsync($"Answer {i}", surface);
        Assert.Equal(["Answer 0", "Answer 1", "Answer 2"], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task An_answer_that_was_stopped_before_it_began_is_no_message()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        var delivery = await surface.DeliverAsync(DeliveryBench.Reply(turn, "", MessageState.Stopped), DeliveryState.Fresh);
        Assert.Equal(Delivery.Done, delivery);
        Assert.Empty(bench.Server.Calls.Recent);
    }
}
