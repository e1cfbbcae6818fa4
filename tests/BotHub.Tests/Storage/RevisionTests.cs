using BotHub.Core.Conversations;
using BotHub.Storage;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

/// <summary>New wordings of messages, before and while they are answered.</summary>
public abstract class RevisionTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task A_new_wording_takes_the_place_of_a_message_that_waits()
    {
        var c = NewConversation();
        await SendAsync(c, "u1", "first", platform: "10");
        await SendAsync(c, "u2", "second", platform: "11");
        var revised = await SendAsync(c, "u3", "first, better", platform: "10", revises: "10");
        Assert.Equal((AcceptOutcome.Revised, 0L, 0), (revised.Outcome, revised.Sequence, revised.Position));
        Assert.Equal(AcceptOutcome.Duplicate, (await SendAsync(c, "u3", "first, better", platform: "10", revises: "10")).Outcome);
        var claim = await ClaimAsync(c);
        Assert.Equal(["first, better", "second"], claim.Mail.Select(m => m.Body!.Text));
        Assert.False((await Store.CommitAsync(claim.Lease, Turn(0), Cancel)).Revised);
    }

    [Fact]
    public async Task A_turn_that_has_read_the_old_wording_cannot_commit_and_begins_anew()
    {
        var c = NewConversation();
        await SendAsync(c, "u1", "first", platform: "10");
        var claim = await ClaimAsync(c);
        await SendAsync(c, "u2", "better", platform: "10", revises: "10");
        Assert.Equal(0, (await Store.ReadMarksAsync(c, Cancel)).Revised);
        Assert.Equal(0, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Marks.Revised);
        var refused = await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        Assert.Equal((Fence.Held, true), (refused.Fence, refused.Revised));
        Assert.Empty(await Store.ReadTranscriptAsync(c, 0, 10, Cancel));
        await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        var again = await ClaimAsync(c);
        Assert.Equal("better", Assert.Single(again.Mail).Body!.Text);
        Assert.Equal(1, again.Tries);
        Assert.False((await Store.CommitAsync(again.Lease, Turn(0), Cancel)).Revised);
        Assert.Equal(Marks.None, await Store.ReadMarksAsync(c, Cancel));
    }

    [Fact]
    public async Task A_wording_of_a_later_message_does_not_disturb_the_running_turn()
    {
        var c = NewConversation();
        await SendAsync(c, "u1", "first", platform: "10");
        await SendAsync(c, "u2", "second", platform: "11");
        var claim = await ClaimAsync(c);
        await SendAsync(c, "u3", "second, better", platform: "11", revises: "11");
        var committed = await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        Assert.False(committed.Revised);
        var next = await Store.ReceiptAsync(claim.Lease, new Receipt(committed.OutboxSequence, "t0", ["500"]), takeNext: true, Cancel);
        Assert.Equal("second, better", Assert.Single(next.Mail).Body!.Text);
        Assert.False((await Store.CommitAsync(claim.Lease, Turn(1), Cancel)).Revised);
    }

    [Fact]
    public async Task A_new_wording_of_an_answered_message_waits_as_a_message_of_its_own()
    {
        var c = NewConversation();
        await SendAsync(c, "u1", "first", platform: "10");
        await AnswerAsync(c, 0, "500");
        var later = await SendAsync(c, "u2", "better", platform: "10", revises: "10");
        Assert.Equal((AcceptOutcome.Accepted, 1L), (later.Outcome, later.Sequence));
        var found = await Store.FindAnswerAsync(c, new AnswerKey(null, "10"), Cancel);
        Assert.Equal(("t0", false), (found!.Turn, found.Answer));
        Assert.Equal(["500"], found.PlatformIds);
        var unknown = await SendAsync(c, "u9", "who?", platform: "77", revises: "77");
        Assert.Equal(AcceptOutcome.Accepted, unknown.Outcome);
        Assert.Null(await Store.FindAnswerAsync(c, new AnswerKey(null, "77"), Cancel));
    }

    [Fact]
    public async Task Of_answers_that_share_a_message_the_newest_is_found()
    {
        var c = NewConversation();
        await SendAsync(c, "u1", "first", platform: "10");
        await AnswerAsync(c, 0, "500", "501");
        await SendAsync(c, "u2", "again", platform: "10", revises: "10");
        await AnswerAsync(c, 1, "500");
        Assert.Equal("t1", (await Store.FindAnswerAsync(c, new AnswerKey(null, "10"), Cancel))!.Turn);
        var byAnswer = await Store.FindAnswerAsync(c, new AnswerKey(null, "500"), Cancel);
        Assert.Equal(("t1", true), (byAnswer!.Turn, byAnswer.Answer));
        Assert.Equal("t0", (await Store.FindAnswerAsync(c, new AnswerKey(null, "501"), Cancel))!.Turn);
        Assert.Equal(["500", "501"], (await Store.FindAnswerAsync(c, new AnswerKey("t0", null), Cancel))!.PlatformIds);
        Assert.Null(await Store.FindAnswerAsync(c, new AnswerKey("t9", null), Cancel));
        Assert.Null(await Store.FindAnswerAsync(c, new AnswerKey(null, "50"), Cancel));
    }

    [Fact]
    public async Task A_message_far_back_is_found_by_its_platform_id()
    {
        var c = NewConversation();
        for (var i = 0; i < 50; i++) await SendAsync(c, $"u{i}", "hello", platform: $"{100 + i}");
        // More known ids than one look takes, all of new wordings.
        for (var i = 0; i < 100; i++) Assert.Equal(49, (await SendAsync(c, $"e{i}", $"v{i}", platform: "149", revises: "149")).Sequence);
        Assert.Equal((AcceptOutcome.Revised, 0L), Of(await SendAsync(c, "e100", "first", platform: "100", revises: "100")));
        await AnswerAsync(c, 0, "500");
        // The wording of a message that is answered came last: it must not hide those that wait.
        Assert.Equal((AcceptOutcome.Revised, 1L), Of(await SendAsync(c, "e101", "second", platform: "101", revises: "101")));
        Assert.Equal("t0", (await Store.FindAnswerAsync(c, new AnswerKey(null, "100"), Cancel))!.Turn);
        Assert.Equal(AcceptOutcome.Accepted, (await SendAsync(c, "e102", "again", platform: "100", revises: "100")).Outcome);
        var claim = await ClaimAsync(c);
        Assert.Equal(("second", 32), (claim.Mail[0].Body!.Text, claim.Mail.Count));

        static (AcceptOutcome, long) Of(AcceptResult result) => (result.Outcome, result.Sequence);
    }

    [Fact]
    public async Task What_is_known_of_a_turn_is_gone_when_its_place_in_the_ring_is_anothers()
    {
        var c = NewConversation();
        await RecordAsync(0);
        for (var i = 1; i < Keys.LedgersHeld; i++) await RecordAsync(i);
        Assert.Equal((1, 0), await VoicesAsync(c));
        Assert.Equal("t0", (await Store.FindAnswerAsync(c, new AnswerKey(null, "p0"), Cancel))!.Turn);
        Assert.Equal("t0", (await Store.FindAnswerAsync(c, new AnswerKey(null, "a0"), Cancel))!.Turn);

        // Its ledger lies in the place of t0's, its answer's ids do not yet.
        await SendAsync(c, "last", "hello", platform: "last");
        var claim = await ClaimAsync(c);
        var committed = await Store.CommitAsync(claim.Lease, Turn(Keys.LedgersHeld, ledger: "{}"), Cancel);
        await GoneAsync();
        var turn = $"t{Keys.LedgersHeld}";
        var answer = (await Store.FindAnswerAsync(c, new AnswerKey(turn, null), Cancel))!;
        Assert.Equal((0, 0, 0), (answer.PlatformIds.Count, answer.Up, answer.Down));
        await Store.ReceiptAsync(claim.Lease, new Receipt(committed.OutboxSequence, turn, ["new"]), takeNext: false, Cancel);
        Assert.True(await Store.RecordFeedbackAsync(c, turn, "8", Feedback.Down, Cancel));
        answer = (await Store.FindAnswerAsync(c, new AnswerKey(null, "new"), Cancel))!;
        Assert.Equal((turn, 0, 1), (answer.Turn, answer.Up, answer.Down));
        await GoneAsync();

        async Task RecordAsync(int number)
        {
            await SendAsync(c, $"u{number}", "hello", platform: $"p{number}");
            await AnswerAsync(c, number, $"a{number}");
            Assert.True(await Store.RecordFeedbackAsync(c, $"t{number}", "7", Feedback.Up, Cancel));
        }

        async Task GoneAsync()
        {
            Assert.Null(await Store.ReadLedgerAsync(c, "t0", Cancel));
            foreach (var key in new AnswerKey[] { new("t0", null), new(null, "a0"), new(null, "p0") }) Assert.Null(await Store.FindAnswerAsync(c, key, Cancel));
            Assert.False(await Store.RecordFeedbackAsync(c, "t0", "7", Feedback.Down, Cancel));
            Assert.Equal("t1", (await Store.FindAnswerAsync(c, new AnswerKey(null, "a1"), Cancel))!.Turn);
        }
    }

    [Fact]
    public async Task A_turn_without_a_ledger_does_not_lend_its_place_to_an_older_one()
    {
        var c = NewConversation();
        await AcceptAsync(c, "m0");
        await AnswerAsync(c, 0, "500");
        for (var i = 1; i <= Keys.LedgersHeld; i++)
        {
            await AcceptAsync(c, $"m{i}");
            var claim = await ClaimAsync(c);
            await Store.CommitAsync(claim.Lease, Turn(i, reply: false), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }

        Assert.Null(await Store.ReadLedgerAsync(c, "t0", Cancel));
        Assert.Null(await Store.FindAnswerAsync(c, new AnswerKey(null, "500"), Cancel));
        Assert.Null(await Store.ReadLedgerAsync(c, $"t{Keys.LedgersHeld}", Cancel));
    }

    [Fact]
    public async Task Feedback_is_kept_with_a_known_turn_and_one_voice_a_person()
    {
        var c = NewConversation();
        await AcceptAsync(c, "m");
        await AnswerAsync(c, 0, "500");
        Assert.Equal((0, 0), await VoicesAsync(c));
        Assert.True(await Store.RecordFeedbackAsync(c, "t0", "7", Feedback.Up, Cancel));
        Assert.True(await Store.RecordFeedbackAsync(c, "t0", "7", Feedback.Down, Cancel));
        Assert.True(await Store.RecordFeedbackAsync(c, "t0", "8", Feedback.Up, Cancel));
        Assert.Equal((1, 1), await VoicesAsync(c));
        Assert.True(await Store.RecordFeedbackAsync(c, "t0", "8", null, Cancel));
        Assert.Equal((0, 1), await VoicesAsync(c));
        Assert.False(await Store.RecordFeedbackAsync(c, "t5", "7", Feedback.Up, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RecordFeedbackAsync(c, "t0", "a b", Feedback.Up, Cancel));
    }

    [Fact]
    public async Task A_note_and_the_doubt_about_a_send_reach_whoever_takes_over()
    {
        var c = NewConversation();
        await AcceptAsync(c, "m");
        var claim = await ClaimAsync(c, Brief);
        Assert.Equal((false, null), (claim.InDoubt, claim.Note));
        Assert.Equal(Fence.Held, await Store.NoteAsync(claim.Lease, "placeholder 500", Cancel));
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        var heir = await TakeOverAsync(c);
        Assert.Equal((true, "placeholder 500"), (heir.InDoubt, heir.Note));
        Assert.Equal(Fence.Lost, await Store.NoteAsync(claim.Lease, "zombie", Cancel));
        // Given back on purpose: nothing is in doubt then.
        await Store.ReleaseAsync(heir.Lease, TimeSpan.Zero, Cancel);
        var third = await ClaimAsync(c, Brief);
        Assert.Equal((false, "placeholder 500"), (third.InDoubt, third.Note));
        var fourth = await TakeOverAsync(c);
        Assert.True(fourth.InDoubt);
        await Store.ReceiptAsync(fourth.Lease, new Receipt(0, "t0", ["500"], Unknown: true), takeNext: false, Cancel);
        await AcceptAsync(c, "n");
        Assert.Null((await ClaimAsync(c)).Note);
        Assert.True((await Store.ReadStatusAsync(Cancel)).UnknownSends >= 1);
    }

    [Fact]
    public async Task A_conversation_given_back_for_later_is_not_due_before()
    {
        var c = NewConversation();
        await AcceptAsync(c, "m");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await Store.ReleaseAsync(claim.Lease, TimeSpan.FromMinutes(5), Cancel);
        await AcceptAsync(c, "n");
        Assert.Null(await Store.ClaimAsync(c, "node-2", Ample, Cancel));
    }

    [Theory]
    [InlineData("h")]
    [InlineData("t")]
    [InlineData("l")]
    [InlineData("x0")]
    public async Task A_message_id_is_never_taken_for_a_field_of_the_store(string id)
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        Assert.Equal(AcceptOutcome.Accepted, (await AcceptAsync(c, id)).Outcome);
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, id)).Outcome);
        Assert.Equal(2, (await ClaimAsync(c)).Mail.Count);
    }

    private async Task<(int Up, int Down)> VoicesAsync(ConversationId conversation)
    {
        var answer = await Store.FindAnswerAsync(conversation, new AnswerKey("t0", null), Cancel);
        return (answer!.Up, answer.Down);
    }

    private Task<AcceptResult> SendAsync(ConversationId conversation, string id, string text, string platform, string? revises = null) =>
        Store.AcceptAsync(Message(conversation, id, text) with { PlatformId = platform, Revises = revises }, TimeSpan.Zero, Cancel);

    private async Task AnswerAsync(ConversationId conversation, long first, params string[] shown)
    {
        var claim = await ClaimAsync(conversation);
        var committed = await Store.CommitAsync(claim.Lease, Turn(first, ledger: "{}"), Cancel);
        await Store.ReceiptAsync(claim.Lease, new Receipt(committed.OutboxSequence, $"t{first}", shown), takeNext: false, Cancel);
    }
}

public sealed class GarnetRevisionTests(GarnetFixture fixture) : RevisionTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisRevisionTests(RedisFixture fixture) : RevisionTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
