using BotHub.FakeTelegram;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>From rich messages to text with entities to plain text.</summary>
public sealed class PlainerTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    private const string Table = "| a | b |\n|---|---|\n| 1 | 2 |";

    [Fact]
    public async Task An_answer_with_a_table_is_a_rich_message()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        await bench.AnswerAsync(Table);
        Assert.True(bench.Chat.LastBotMessage!.IsRich);
        Assert.NotEmpty(bench.Chat.LastBotMessage.Buttons);
    }

    [Fact]
    public async Task Plain_words_are_no_rich_message()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        await bench.AnswerAsync("Just words.");
        Assert.False(bench.Chat.LastBotMessage!.IsRich);
    }

    [Fact]
    public async Task A_server_without_rich_messages_is_asked_once_and_gets_text()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.RichMessages = false;
        await bench.AnswerAsync("**bold**");
        await bench.AnswerAsync("**bold**");
        Assert.All(bench.Chat.BotMessages, m => Assert.False(m.IsRich));
        Assert.All(bench.Chat.BotMessages, m => Assert.Equal("bold", Assert.Single(m.Entities).Type));
        Assert.Equal(2, bench.Chat.BotMessages.Count);
        Assert.Equal(1, bench.Server.Calls.Of("sendRichMessage"));
    }

    [Fact]
    public async Task An_older_server_that_is_asked_to_edit_richly_gets_text_from_then_on()
    {
        await using var bench = await AnswerPreviewTests.GroupAsync(store);
        bench.Server.RichMessages = false;
        await bench.AnswerAsync("**bold**");
        await bench.AnswerAsync("**bold**");
        Assert.Equal(["bold", "bold"], bench.Chat.BotTexts);
        Assert.Equal(3, bench.Server.Calls.Of("editMessageText"));
    }

    [Fact]
    public async Task One_answer_that_is_refused_as_rich_does_not_spoil_the_next()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Method = "sendRichMessage", Code = 400, Description = "Bad Request: RICH_MESSAGE_EMAIL_INVALID" });
        await bench.AnswerAsync("**bold**");
        await bench.AnswerAsync("**bold**");
        Assert.Equal([false, true], bench.Chat.BotMessages.Select(m => m.IsRich));
    }

    [Fact]
    public async Task A_refusal_for_asking_too_often_does_not_cost_the_rich_form()
    {
        await using var bench = await DeliveryBench.StartAsync(store, null);
        bench.Server.Faults.TooManyRequests("sendRichMessage", retryAfter: 1);
        await bench.AnswerAsync("**bold**");
        Assert.True(Assert.Single(bench.Chat.BotMessages).IsRich);
        Assert.Empty(bench.Server.Flood.Violations);
    }

    [Fact]
    public async Task Entities_that_are_refused_leave_the_words()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Rich = false });
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Method = "sendMessage", Code = 400, Description = "Bad Request: can't parse entities: unexpected end" });
        var delivery = await bench.AnswerAsync("**bold**");
        var shown = Assert.Single(bench.Chat.BotMessages);
        Assert.Equal("bold", shown.Text);
        Assert.Empty(shown.Entities);
        Assert.False(delivery.Unknown);
    }

    [Fact]
    public async Task What_is_refused_in_every_form_is_given_up()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Code = 400, Description = "Bad Request: no", Times = 0 });
        var delivery = await bench.AnswerAsync("**bold**");
        Assert.Empty(delivery.PlatformIds);
        Assert.Null(delivery.Later);
        Assert.Equal(["sendRichMessage", "sendMessage", "sendMessage"], bench.Server.Calls.Recent.Select(c => c.Method));
    }

    [Fact]
    public async Task Who_may_not_write_does_not_try_in_other_words()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Code = 400, Description = "Bad Request: not enough rights to send text messages to the chat", Times = 0 });
        await bench.AnswerAsync("**bold**");
        Assert.Single(bench.Server.Calls.Recent);
    }
}
