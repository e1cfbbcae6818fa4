using BotHub.Channels.Telegram;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>What people see while an answer is written.</summary>
public sealed class AnswerPreviewTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task A_private_chat_sees_a_draft_that_thinks_then_grows_then_is_the_answer()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Rich = false });
        var surface = bench.Open();
        var turn = bench.NewTurn(number: 41);
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft is { IsThinking: true, CanStop: true }, "a draft without text");
        await surface.ShowAsync(new ReplyText("**Once** upon"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == "Once upon", "the first words");
        await surface.ShowAsync(new ReplyText(" a time"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == "Once upon a time", "more words");

        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "**Once** upon a time."), DeliveryState.Fresh));
        Assert.Equal(["Once upon a time."], bench.Chat.BotTexts);
        Assert.Null(bench.Chat.Draft);
        Assert.All(bench.Chat.DraftFrames, f => Assert.Equal(42, f.DraftId));
        Assert.Empty(bench.Lease.Notes);
    }

    [Fact]
    public async Task A_draft_stays_as_long_as_the_model_is_silent()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("Hm"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft is not null, "a draft");
        var gone = 0;
        await bench.AdvanceUntilAsync(
            () =>
            {
                if (bench.Chat.Draft is null) gone++;
                return bench.Chat.DraftFrames is [var first, .., var last] && last.At - first.At > TimeSpan.FromSeconds(45);
            },
            "a draft that is shown again");
        Assert.Equal(0, gone);
        Assert.InRange(bench.Chat.DraftFrames.Count, 3, 4);
    }

    [Fact]
    public async Task Who_has_pressed_stop_sees_no_further_draft()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("Once"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == "Once", "a draft");
        bench.Chat.Stop();
        turn.Lifetime.EndWith(TurnEnd.Stopped);
        await surface.ShowAsync(new ReplyText(" upon a time"));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(0, bench.Chat.FramesAfterStop);

        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Once", MessageState.Stopped), DeliveryState.Fresh));
        Assert.Equal(["Once"], bench.Chat.BotTexts);
        Assert.NotEmpty(bench.Chat.LastBotMessage!.Buttons);
    }

    [Fact]
    public async Task A_server_without_drafts_is_asked_once_and_shows_typing()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Method = "sendMessageDraft", Code = 404, Description = "Not Found: method not found", Times = 0 });
        for (var i = 0; i < 2; i++)
        {
            var surface = bench.Open();
            var turn = bench.NewTurn();
            await surface.StartAsync(turn);
            await bench.AdvanceUntilAsync(() => bench.Chat.IsTyping, "typing");
            await bench.AdvanceAsync(TimeSpan.FromSeconds(7));
            Assert.True(bench.Chat.IsTyping);
            await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Done."), DeliveryState.Fresh));
        }

        Assert.Equal(1, bench.Server.Calls.Of("sendMessageDraft"));
    }

    [Fact]
    public async Task A_server_that_takes_no_empty_drafts_shows_typing_until_there_is_text()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Error) { Method = "sendMessageDraft", Code = 400, Description = "Bad Request: text must be non-empty" });
        var surface = bench.Open();
        await surface.StartAsync(bench.NewTurn());
        await bench.AdvanceUntilAsync(() => bench.Chat.IsTyping, "typing");
        await surface.ShowAsync(new ReplyText("Once"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == "Once", "a draft");
        Assert.Equal(2, bench.Server.Calls.Of("sendMessageDraft"));
    }

    [Fact]
    public async Task A_look_that_was_refused_is_made_up_for_though_nothing_new_comes()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.BadGateway) { Method = "sendMessageDraft", Times = 2 });
        var surface = bench.Open();
        await surface.StartAsync(bench.NewTurn());
        await surface.ShowAsync(new ReplyText("Once"));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == "Once", "a draft");
        var calls = bench.Server.Calls.Recent;
        Assert.Equal(3, calls.Count);
        Assert.True(calls[2].At - calls[0].At < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task A_preview_that_hangs_does_not_hold_the_answer()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Server.Faults.Add(new Fault(FaultKind.Hang) { Method = "sendMessageDraft" });
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Server.Faults.Happened == 1, "a draft that hangs");
        var before = bench.Clock!.GetUtcNow();
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Done."), DeliveryState.Fresh));
        Assert.Equal(["Done."], bench.Chat.BotTexts);
        Assert.True(bench.Clock.GetUtcNow() - before < TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task A_group_sees_one_message_that_is_edited_at_its_pace_and_becomes_the_answer()
    {
        await using var bench = await GroupAsync(store);
        var asked = bench.Chat.Say("/ask hello", bench.User);
        var surface = bench.Open();
        var turn = bench.NewTurn(asked);
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a placeholder");
        var shown = bench.Chat.LastBotMessage!;
        Assert.Equal("…", shown.Text);
        Assert.Same(asked, shown.ReplyTo);
        Assert.Equal("stop", Assert.Single(Assert.Single(shown.Buttons)).CallbackData);
        Assert.Contains($"{shown.IdFor(bench.Bot)}", Assert.Single(bench.Lease.Notes));

        for (var i = 0; i < 5; i++)
        {
            await surface.ShowAsync(new ReplyText($"word{i} "));
            await bench.AdvanceUntilAsync(() => shown.Text.EndsWith($"word{i}", StringComparison.Ordinal), $"word {i}");
        }

        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "All the words."), DeliveryState.Fresh));
        Assert.Equal("All the words.", Assert.Single(bench.Chat.BotMessages).Text);
        Assert.Equal(3, Assert.Single(shown.Buttons).Count);
        var edits = bench.Server.Calls.Recent.Where(c => c.Method == "editMessageText").Select(c => c.At).SkipLast(1).ToList();
        Assert.Equal(5, edits.Count);
        for (var i = 1; i < edits.Count; i++) Assert.True(edits[i] - edits[i - 1] >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_quick_answer_in_a_group_is_one_message_too()
    {
        await using var bench = await GroupAsync(store);
        var asked = bench.Chat.Say("/ask hello", bench.User);
        var delivery = await bench.AnswerAsync("Hello.", asked: asked);
        var shown = Assert.Single(bench.Chat.BotMessages);
        Assert.Equal("Hello.", shown.Text);
        Assert.Same(asked, shown.ReplyTo);
        Assert.Equal([$"{shown.IdFor(bench.Bot)}"], delivery.PlatformIds);
    }

    [Fact]
    public async Task A_turn_that_is_begun_anew_goes_on_in_its_message()
    {
        await using var bench = await GroupAsync(store);
        var surface = bench.Open();
        var turn = bench.NewTurn(number: 5);
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("First try"));
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a placeholder");
        await surface.AbandonAsync();

        surface = bench.Open();
        turn = bench.NewTurn(number: 5);
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("Second try"));
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage!.Text == "Second try", "the second try");
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Second try."), DeliveryState.Fresh));
        Assert.Equal(["Second try."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task A_message_whose_id_was_never_written_down_says_nothing_of_the_answer()
    {
        await using var bench = await GroupAsync(store);
        var surface = bench.Open();
        bench.Lease.LosesNotes = true;
        await surface.StartAsync(bench.NewTurn(number: 5));
        await surface.ShowAsync(new ReplyText("The whole answer."));
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a message");
        await bench.AdvanceAsync(TimeSpan.FromSeconds(5));

        surface = bench.Open();
        var turn = bench.NewTurn(number: 5);
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "The whole answer."), DeliveryState.Fresh));
        Assert.Equal(["…", "The whole answer."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task A_message_that_was_deleted_meanwhile_is_sent_anew()
    {
        await using var bench = await GroupAsync(store);
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a placeholder");
        bench.Chat.Delete(bench.Chat.LastBotMessage!);
        var delivery = await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Here."), DeliveryState.Fresh));
        var shown = Assert.Single(bench.Chat.BotMessages);
        Assert.Equal("Here.", shown.Text);
        Assert.Equal([$"{shown.IdFor(bench.Bot)}"], delivery.PlatformIds);
    }

    [Fact]
    public async Task An_answer_that_was_stopped_before_it_began_says_so_in_its_place()
    {
        await using var bench = await GroupAsync(store);
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await bench.AdvanceUntilAsync(() => bench.Chat.LastBotMessage is not null, "a placeholder");
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "", MessageState.Stopped), DeliveryState.Fresh));
        var shown = Assert.Single(bench.Chat.BotMessages);
        Assert.Equal(AnswerTexts.Stopped, shown.Text);
        Assert.Empty(shown.Buttons);
    }

    [Fact]
    public async Task Who_waits_in_the_models_queue_is_told()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var surface = bench.Open();
        await surface.StartAsync(bench.NewTurn());
        await surface.ShowAsync(new ReplyQueued(3, 12));
        await bench.AdvanceUntilAsync(() => bench.Chat.Draft?.Text == AnswerTexts.Waiting(3, 12), "a place in the queue");
    }

    [Fact]
    public async Task Without_streaming_people_see_typing_and_the_answer()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Streaming = StreamingMode.Off });
        var surface = bench.Open();
        var turn = bench.NewTurn();
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("Once upon"));
        await bench.AdvanceUntilAsync(() => bench.Chat.IsTyping, "typing");
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "Once upon a time."), DeliveryState.Fresh));
        Assert.Equal(["sendChatAction", "sendMessage"], bench.Server.Calls.Recent.Select(c => c.Method));
    }

    [Fact]
    public async Task A_topic_that_was_deleted_is_left_and_the_answer_goes_to_the_chat()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var forum = bench.Server.AddSupergroup("Forum", isForum: true, members: [bench.User]);
        forum.Join(bench.Bot);
        bench.Chat = forum;
        bench.Topic = new FakeTopic(77, "gone");
        var delivery = await bench.AnswerAsync("Hello.");
        Assert.Single(delivery.PlatformIds);
        var shown = Assert.Single(forum.BotMessages);
        Assert.Equal("Hello.", shown.Text);
        Assert.Null(shown.Topic);
    }

    [Fact]
    public async Task An_answer_stays_in_its_topic()
    {
        await using var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        var forum = bench.Server.AddSupergroup("Forum", isForum: true, members: [bench.User]);
        forum.Join(bench.Bot);
        bench.Chat = forum;
        bench.Topic = forum.AddTopic("Cats");
        await bench.AnswerAsync("Hello.");
        Assert.Equal(bench.Topic.Id, Assert.Single(forum.BotMessages).Topic?.Id);
    }

    internal static async Task<DeliveryBench> GroupAsync(GarnetFixture store)
    {
        var bench = await DeliveryBench.StartAsync(store, new FakeTimeProvider());
        bench.Chat = bench.Server.AddGroup("Friends", bench.User);
        bench.Chat.Join(bench.Bot);
        return bench;
    }
}
