using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using StackExchange.Redis;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

public abstract class TurnTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task A_commit_moves_mail_to_transcript_and_outbox_in_one_step()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var claim = await ClaimAsync(c, Brief);
        var turn = Turn(0, ledger: """{"in":12}""");
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, turn, Cancel)).Fence);

        var heir = await TakeOverAsync(c);
        Assert.Equal(turn.Reply, Assert.Single(heir.Outbox).Reply);
        Assert.Equal(0, heir.Outbox[0].Sequence);
        Assert.Equal("b", Assert.Single(heir.Mail).Body!.Id);
        Assert.Equal((2, 0), (heir.TranscriptTail, heir.WindowStart));
        Assert.Equal(turn.Entries, await Store.ReadTranscriptAsync(c, 0, 10, Cancel));
        Assert.Equal("""{"in":12}""", await Store.ReadLedgerAsync(c, "t0", Cancel));
        Assert.Null(await Store.ReadLedgerAsync(c, "t9", Cancel));
    }

    [Fact]
    public async Task A_turn_is_committed_once_and_only_at_the_head()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var claim = await ClaimAsync(c);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(claim.Lease, Turn(1), Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(claim.Lease, Turn(0, count: 3), Cancel)).Fence);
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, Turn(0), Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(claim.Lease, Turn(0), Cancel)).Fence);
        Assert.Equal(2, (await Store.ReadTranscriptAsync(c, 0, 10, Cancel)).Count);
    }

    [Fact]
    public async Task A_chosen_model_comes_with_every_later_claim_until_another_is_chosen()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        Assert.Null(claim.Model);
        await EndAsync(claim, 0, "cloud=1");
        await AcceptAsync(c, "b");
        claim = await ClaimAsync(c);
        Assert.Equal("cloud=1", claim.Model);
        await EndAsync(claim, 1, null);
        claim = (await Store.AcceptAndClaimAsync(Message(c, "c"), "n1", Brief, Cancel)).Claim!;
        Assert.Equal("cloud=1", claim.Model);
        await EndAsync(claim, 2, "");
        Assert.Null((await Store.AcceptAndClaimAsync(Message(c, "d"), "n1", Brief, Cancel)).Claim!.Model);
    }

    private async Task EndAsync(Claim claim, long first, string? model)
    {
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, Turn(first) with { Model = model }, Cancel)).Fence);
        await Store.ReceiptAsync(claim.Lease, new Receipt(first, $"t{first}", []), takeNext: false, Cancel);
    }

    [Fact]
    public async Task A_receipt_takes_the_next_mail_or_gives_the_lease_back()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        await AcceptAsync(c, "b");
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        var next = await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p0"]), takeNext: true, Cancel);
        Assert.Equal((Fence.Held, -1, 1), (next.Fence, next.StopSequence, next.Mail[0].Sequence));
        await Store.CommitAsync(claim.Lease, Turn(1), Cancel);
        await AcceptAsync(c, "c");
        Assert.Empty((await Store.ReceiptAsync(claim.Lease, new Receipt(1, $"t{1}", ["p1"]), takeNext: false, Cancel)).Mail);
        var other = await ClaimAsync(c);
        Assert.False(other.Resumed);
        Assert.Empty(other.Outbox);
        await Store.CommitAsync(other.Lease, Turn(2), Cancel);
        Assert.Empty((await Store.ReceiptAsync(other.Lease, new Receipt(2, $"t{2}", []), takeNext: true, Cancel)).Mail);
        Assert.Equal(Fence.Lost, (await Store.RenewAsync(other.Lease, Ample, Cancel)).Fence);
        Assert.Null(await Store.ClaimAsync(c, "node-1", Ample, Cancel));
    }

    [Fact]
    public async Task A_receipt_lost_on_the_way_may_be_repeated()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p0"]), takeNext: true, Cancel);
        var again = await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p0"]), takeNext: true, Cancel);
        Assert.Equal("b", Assert.Single(again.Mail).Body!.Id);
    }

    [Fact]
    public async Task With_more_replies_in_the_outbox_a_receipt_keeps_the_lease()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await Store.CommitAsync(claim.Lease, Turn(1), Cancel);
        Assert.Empty((await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p0"]), takeNext: true, Cancel)).Mail);
        Assert.Equal(Fence.Held, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Fence);
        await Store.ReceiptAsync(claim.Lease, new Receipt(1, $"t{1}", ["p1"]), takeNext: true, Cancel);
        Assert.Equal(Fence.Lost, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Fence);
    }

    [Fact]
    public async Task A_stop_reaches_the_turn_at_the_head_and_is_gone_after_it()
    {
        var c = NewConversation();
        Assert.False(await Store.RequestStopAsync(c, Cancel));
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        Assert.True(await Store.RequestStopAsync(c, Cancel));
        var claim = await ClaimAsync(c);
        Assert.Equal(0, claim.StopSequence);
        Assert.Equal(0, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Marks.Stop);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        Assert.Equal(-1, (await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", []), takeNext: true, Cancel)).StopSequence);
        Assert.True(await Store.RequestStopAsync(c, Cancel));
        Assert.Equal(1, (await Store.ReadMarksAsync(c, Cancel)).Stop);
        await Store.CommitAsync(claim.Lease, Turn(1), Cancel);
        Assert.False(await Store.RequestStopAsync(c, Cancel));
    }

    [Fact]
    public async Task A_reset_hides_what_was_before_from_later_turns()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0, reply: false) with { ResetWindow = true }, Cancel);
        await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        await AcceptAsync(c, "b");
        var next = await ClaimAsync(c);
        Assert.Equal((2, 2), (next.TranscriptTail, next.WindowStart));
    }

    [Fact]
    public async Task The_oldest_entries_leave_a_long_transcript_and_pages_keep_their_numbers()
    {
        var c = NewConversation();
        for (var i = 0; i < 30; i++)
        {
            await AcceptAsync(c, $"m{i}");
            var claim = await ClaimAsync(c);
            await Store.CommitAsync(claim.Lease, Turn(i, reply: false), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }

        // 60 entries were written, and the fixture keeps 40.
        var view = await Store.ReadViewAsync(c, 1000, Cancel);
        Assert.Equal((20, 40), (view.TranscriptStart, view.Transcript.Count));
        Assert.Equal("u10", view.Transcript[0].Id);
        Assert.Empty(await Store.ReadTranscriptAsync(c, 0, 20, Cancel));
        Assert.Equal(["u10", "a10"], (await Store.ReadTranscriptAsync(c, 18, 4, Cancel)).Select(e => e.Id));
        Assert.Equal(["u29", "a29"], (await Store.ReadTranscriptAsync(c, 58, 50, Cancel)).Select(e => e.Id));
        Assert.Equal(["a29"], (await Store.ReadViewAsync(c, 1, Cancel)).Transcript.Select(e => e.Id));
        Assert.Equal(["u10"], (await Store.ReadTranscriptAsync(c, -5, 26, Cancel)).Select(e => e.Id));
    }

    [Fact]
    public async Task Ledgers_of_the_newest_turns_are_kept()
    {
        var c = NewConversation();
        for (var i = 0; i <= Keys.LedgersHeld; i++)
        {
            await AcceptAsync(c, $"m{i}");
            var claim = await ClaimAsync(c);
            await Store.CommitAsync(claim.Lease, Turn(i, reply: false, ledger: $"{{\"n\":{i}}}"), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }

        Assert.Null(await Store.ReadLedgerAsync(c, "t0", Cancel));
        Assert.Equal("""{"n":1}""", await Store.ReadLedgerAsync(c, "t1", Cancel));
    }

    [Fact]
    public async Task Mail_and_replies_of_a_burst_take_their_places_again_and_leave_only_the_first_behind()
    {
        var c = NewConversation();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 3; i++) await AcceptAsync(c, $"m{round}.{i}");
            var claim = await ClaimAsync(c);
            Assert.Equal([$"m{round}.0", $"m{round}.1", $"m{round}.2"], claim.Mail.Select(m => m.Body!.Id));
            for (var i = 0; i < 3; i++) Assert.Equal((round * 3) + i, (await Store.CommitAsync(claim.Lease, Turn((round * 3) + i), Cancel)).OutboxSequence);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
            var heir = await ClaimAsync(c);
            Assert.Equal([.. Enumerable.Range(round * 3, 3).Select(i => $"a{i}")], heir.Outbox.Select(o => o.Reply.Message.Id));
            for (var i = 0; i < 3; i++) await Store.ReceiptAsync(heir.Lease, new Receipt((round * 3) + i, $"t{(round * 3) + i}", []), takeNext: false, Cancel);
            Assert.Equal(["m0", "o0"], await PlacesAsync(c));
        }

        // A mailbox that is never empty does not begin anew, and leaves nothing behind all the same.
        await AcceptAsync(c, "n0");
        for (var i = 0; i < 5; i++)
        {
            await AcceptAsync(c, $"n{i + 1}");
            var claim = await ClaimAsync(c);
            Assert.Equal([$"n{i}", $"n{i + 1}"], claim.Mail.Select(m => m.Body!.Id));
            await Store.CommitAsync(claim.Lease, Turn(9 + i, reply: false), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }

        Assert.Equal("n5", Assert.Single((await Store.ReadViewAsync(c, 1, Cancel)).Waiting).Body!.Id);
        Assert.Equal(["m0", "m5", "o0"], await PlacesAsync(c));
    }

    [Fact]
    public async Task What_a_cut_commit_or_receipt_leaves_behind_is_never_taken_for_mail_or_a_reply()
    {
        for (var writes = 0; ; writes++)
        {
            var c = NewConversation();
            for (var i = 0; i < 3; i++) await AcceptAsync(c, $"m{i}");
            var claim = await ClaimAsync(c, Brief);
            RedisKey[] commit = [KeysOfStore.Conversation(c), KeysOfStore.DeadLetters(c), KeysOfStore.Unbooked(c)];
            var entry = (RedisValue)StoredEntry.Write(Entry("a0"));
            var cut = await RunCutAsync(CommitScript.Script, writes, commit, [claim.Lease.Epoch, 0, 2, c.Value, "e{}", "{}", "", "", 40, "", "", entry]);
            var next = cut && writes == 0 ? 0 : 2;
            var heir = await TakeOverAsync(c, Brief);
            Assert.Equal([.. Enumerable.Range(next, 3 - next).Select(i => $"m{i}")], heir.Mail.Select(m => m.Body!.Id));
            Assert.Equal(next == 0 ? [] : ["a0"], heir.Outbox.Select(o => o.Reply.Message.Id));
            Assert.Equal(Fence.Held, (await Store.CommitAsync(heir.Lease, Turn(next, 3 - next), Cancel)).Fence);

            RedisKey[] receipt = [KeysOfStore.Ready(c), KeysOfStore.Conversation(c), KeysOfStore.UnknownSends(c)];
            var sent = heir.Outbox.Count;
            cut |= await RunCutAsync(ReceiptScript.Script, writes, receipt, [c.Value, heir.Lease.Epoch, sent, "", "", "0", $"t{next}", ""]);
            await AcceptAsync(c, "n0");
            await AcceptAsync(c, "n1");
            var last = await TakeOverAsync(c);
            Assert.Equal(["n0", "n1"], last.Mail.Select(m => m.Body!.Id));
            Assert.Equal(cut && writes == 0 ? [sent] : [], last.Outbox.Select(o => (int)o.Sequence));
            if (cut) continue;
            Assert.True(writes >= 2, "The scripts wrote less than they should: the test has shown nothing.");
            return;
        }
    }

    private async Task<string[]> PlacesAsync(ConversationId conversation) =>
        [.. (await RedisAsync(d => d.HashKeysAsync(KeysOfStore.Conversation(conversation)))).Select(k => k.ToString()).Where(k => k[0] is 'm' or 'o').Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_view_shows_transcript_waiting_mail_and_feed_together()
    {
        var c = NewConversation();
        var empty = await Store.ReadViewAsync(c, 10, Cancel);
        Assert.Equal((0, 0, 0, 0), (empty.Transcript.Count, empty.TranscriptStart, empty.Waiting.Count, empty.Feed.Count));
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await AcceptAsync(c, "b");
        await Feed.WriteAsync(claim.Lease, 7, [new RunStarted("t0", 1), new TextStarted("a0")], false, Cancel);
        var view = await Store.ReadViewAsync(c, 10, Cancel);
        Assert.Equal(["u0", "a0"], view.Transcript.Select(e => e.Id));
        Assert.Equal((1, "b"), (Assert.Single(view.Waiting).Sequence, view.Waiting[0].Body!.Id));
        Assert.Equal(1, view.Undelivered);
        Assert.Equal((7, 8, 0), (Assert.Single(view.Feed).FirstId, view.Feed[0].LastId, view.Feed[0].PreviousId));
    }

    [Fact]
    public async Task A_dead_letter_is_counted_and_the_status_tells_what_waits()
    {
        var before = await Store.ReadStatusAsync(Cancel);
        var (c, d) = (NewConversation(), NewConversation());
        await AcceptAsync(c, "a");
        await AcceptAsync(d, "a");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0) with { DeadLetter = "five tries" }, Cancel);
        var after = await Store.ReadStatusAsync(Cancel);
        Assert.Equal((before.DeadLetters + 1, before.Ready + 2, before.Due + 1), (after.DeadLetters, after.Ready, after.Due));
        Assert.True(after.Durable);
        Assert.NotEqual("", after.Version);
        Assert.True(after.OldestDue >= TimeSpan.Zero);
    }

    [Fact]
    public async Task A_body_that_can_not_be_read_is_handed_out_as_poison()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var connection = Fixture.Node.Get<StoreConnection>();
        await connection.Database.HashSetAsync(Fixture.Node.Get<Keys>().Conversation(c), "m0", "{broken");
        var claim = await ClaimAsync(c);
        Assert.Null(claim.Mail[0].Body);
        Assert.Equal("b", claim.Mail[1].Body!.Id);
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, Turn(0, reply: false) with { DeadLetter = "unreadable" }, Cancel)).Fence);
    }

    [Fact]
    public async Task A_reply_that_can_not_be_read_is_handed_out_and_its_receipt_frees_the_conversation()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c, Brief);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await RedisAsync(d => d.HashSetAsync(KeysOfStore.Conversation(c), "o0", "1{broken"));
        var heir = await TakeOverAsync(c);
        var reply = Assert.Single(heir.Outbox).Reply.Message;
        Assert.Equal(Fence.Held, (await Store.ReceiptAsync(heir.Lease, new Receipt(0, reply.Turn, ["500"]), takeNext: false, Cancel)).Fence);
        Assert.Equal(0, (await Store.ReadViewAsync(c, 1, Cancel)).Undelivered);
        Assert.Null(await Store.ClaimAsync(c, "node-3", Ample, Cancel));
        // It has no turn, so the ids are nobody's.
        Assert.True((await RedisAsync(d => d.HashGetAsync(KeysOfStore.Conversation(c), "a0"))).IsNull);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_again()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await Fixture.Node.Get<StoreConnection>().Database.ExecuteAsync("SCRIPT", "FLUSH");
        Assert.Equal(AcceptOutcome.Accepted, (await AcceptAsync(c, "b")).Outcome);
        Assert.Equal(2, (await ClaimAsync(c)).Mail.Count);
    }
}

public sealed class GarnetTurnTests(GarnetFixture fixture) : TurnTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisTurnTests(RedisFixture fixture) : TurnTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
