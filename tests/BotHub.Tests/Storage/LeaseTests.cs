using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

public abstract class LeaseTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task Of_sixteen_that_claim_at_once_one_wins()
    {
        await using var other = await Fixture.StartAnotherAsync();
        for (var round = 0; round < 20; round++)
        {
            var c = NewConversation();
            await AcceptAsync(c, "a");
            var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
                (i % 2 == 0 ? Store : other.Store).ClaimAsync(c, $"node-{i}", Ample, Cancel)));
            Assert.Single(claims, claim => claim is not null);
        }
    }

    [Fact]
    public async Task Nothing_is_claimed_where_nothing_waits()
    {
        var c = NewConversation();
        Assert.Null(await Store.ClaimAsync(c, "node-1", Ample, Cancel));
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c, Brief);
        await Store.CommitAsync(claim.Lease, Turn(0, reply: false), Cancel);
        Assert.Null(await Store.ClaimAsync(c, "node-1", Ample, Cancel));
    }

    [Fact]
    public async Task An_expired_lease_is_taken_over_and_its_holder_can_write_nothing_more()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var zombie = await ClaimAsync(c, Brief);
        Assert.False(zombie.Resumed);
        var heir = await TakeOverAsync(c);
        Assert.True(heir.Resumed);
        Assert.True(heir.Lease.Epoch > zombie.Lease.Epoch);
        Assert.Equal((1, 2), (zombie.Tries, heir.Tries));

        Assert.Equal(Fence.Lost, (await Store.RenewAsync(zombie.Lease, Ample, Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(zombie.Lease, Turn(0), Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Store.ReceiptAsync(zombie.Lease, new Receipt(0, $"t{0}", ["p"]), true, Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Feed.WriteAsync(zombie.Lease, 1, [new RunStarted("t0", 1)], false, Cancel)).Fence);
        await Store.ReleaseAsync(zombie.Lease, TimeSpan.Zero, Cancel);
        Assert.Empty(await Feed.ReadAsync(c, Cancel));
        Assert.Empty(await Store.ReadTranscriptAsync(c, 0, 10, Cancel));
        Assert.Null(await Store.ClaimAsync(c, "node-3", Ample, Cancel));

        Assert.Equal(Fence.Held, (await Store.RenewAsync(heir.Lease, Ample, Cancel)).Fence);
        Assert.Equal(Fence.Held, (await Store.CommitAsync(heir.Lease, Turn(0), Cancel)).Fence);
    }

    [Fact]
    public async Task An_idle_conversation_is_claimed_with_its_message()
    {
        var c = NewConversation();
        await AnswerAsync(c, 0);
        var (result, claim) = await Store.AcceptAndClaimAsync(Message(c, "m1"), "node-1", Brief, Cancel);
        Assert.Equal(new AcceptResult(AcceptOutcome.Accepted, 1, 0), result);
        Assert.NotNull(claim);
        Assert.Equal((false, 1, -1L, 2L, 0L, null), (claim.Resumed, claim.Tries, claim.StopSequence, claim.TranscriptTail, claim.WindowStart, claim.Note));
        Assert.Equal(new Mail(1, Message(c, "m1")), Assert.Single(claim.Mail));
        Assert.Empty(claim.Outbox);

        // It is a lease like any other: it runs out, and the next one has a higher epoch and knows of the try.
        var heir = await TakeOverAsync(c);
        Assert.True(heir.Lease.Epoch > claim.Lease.Epoch);
        Assert.Equal((true, 2), (heir.Resumed, heir.Tries));
        Assert.Equal(Message(c, "m1"), Assert.Single(heir.Mail).Body);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(claim.Lease, Turn(1), Cancel)).Fence);
        Assert.Equal(Fence.Held, (await Store.CommitAsync(heir.Lease, Turn(1), Cancel)).Fence);
    }

    [Fact]
    public async Task The_first_message_of_all_is_claimed_and_answered_like_any()
    {
        var c = NewConversation();
        var (_, claim) = await Store.AcceptAndClaimAsync(Message(c, "m0"), "node-1", Ample, Cancel);
        Assert.Null(await Store.ClaimAsync(c, "node-2", Ample, Cancel));
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim!.Lease, Turn(0), Cancel)).Fence);
        Assert.Equal(Fence.Held, (await Store.ReceiptAsync(claim.Lease, new Receipt(0, "t0", []), true, Cancel)).Fence);
        Assert.Null(await Store.ClaimAsync(c, "node-2", Ample, Cancel));
    }

    [Fact]
    public async Task What_is_not_idle_is_not_claimed_with_a_message()
    {
        var waiting = NewConversation();
        await AcceptAsync(waiting, "m0");
        Assert.Equal((new AcceptResult(AcceptOutcome.Accepted, 1, 1), null), await Store.AcceptAndClaimAsync(Message(waiting, "m1"), "node-1", Ample, Cancel));
        Assert.Equal(2, (await ClaimAsync(waiting)).Mail.Count);

        var held = NewConversation();
        await AcceptAsync(held, "m0");
        var claim = await ClaimAsync(held, owner: "node-2");
        Assert.Null((await Store.AcceptAndClaimAsync(Message(held, "m1"), "node-1", Ample, Cancel)).Claim);
        await Store.CommitAsync(claim.Lease, Turn(0, count: 2), Cancel);
        Assert.Null((await Store.AcceptAndClaimAsync(Message(held, "m2"), "node-1", Ample, Cancel)).Claim);

        var undelivered = NewConversation();
        await AcceptAsync(undelivered, "m0");
        claim = await ClaimAsync(undelivered);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await Store.ReleaseAsync(claim.Lease, Ample, Cancel);
        Assert.Null((await Store.AcceptAndClaimAsync(Message(undelivered, "m1"), "node-1", Ample, Cancel)).Claim);

        var answered = NewConversation();
        await AnswerAsync(answered, 0);
        Assert.Equal((new AcceptResult(AcceptOutcome.Duplicate, 0, 0), null), await Store.AcceptAndClaimAsync(Message(answered, "m0"), "node-1", Ample, Cancel));
        Assert.Null(await Store.ClaimAsync(answered, "node-1", Ample, Cancel));
    }

    [Fact]
    public async Task Of_sixteen_that_accept_at_once_one_claims()
    {
        await using var other = await Fixture.StartAnotherAsync();
        for (var round = 0; round < 20; round++)
        {
            var c = NewConversation();
            var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
                (i % 2 == 0 ? Store : other.Store).AcceptAndClaimAsync(Message(c, $"m{i}"), $"node-{i}", Ample, Cancel)));
            Assert.Equal(0, Assert.Single(all, a => a.Claim is not null).Result.Sequence);
            Assert.Equal(Enumerable.Range(0, 16), all.Select(a => (int)a.Result.Sequence).Order());
        }
    }

    private async Task AnswerAsync(ConversationId c, int n)
    {
        await AcceptAsync(c, $"m{n}");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(n), Cancel);
        await Store.ReceiptAsync(claim.Lease, new Receipt(n, $"t{n}", []), takeNext: true, Cancel);
    }

    [Fact]
    public async Task A_renewed_lease_is_not_taken_over()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c, TimeSpan.FromMilliseconds(1));
        Assert.Equal(Fence.Held, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Fence);
        Assert.Null(await Store.ClaimAsync(c, "node-2", Ample, Cancel));
        Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, Turn(0), Cancel)).Fence);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_writes_nothing_more()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        Assert.Equal(Fence.Lost, (await Store.RenewAsync(claim.Lease, Ample, Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Store.CommitAsync(claim.Lease, Turn(0), Cancel)).Fence);
        Assert.Equal(Fence.Lost, (await Feed.WriteAsync(claim.Lease, 1, [new RunStarted("t0", 1)], false, Cancel)).Fence);
    }

    [Fact]
    public async Task A_graceful_release_counts_no_try_and_leaves_no_doubt()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await Store.ReleaseAsync((await ClaimAsync(c)).Lease, TimeSpan.Zero, Cancel);
        var again = await ClaimAsync(c);
        Assert.False(again.Resumed);
        Assert.Equal(1, again.Tries);
        Assert.Single(again.Mail);
    }

    [Fact]
    public async Task Tries_grow_with_each_death_and_start_anew_with_a_commit()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        await AcceptAsync(c, "b");
        var tick = TimeSpan.FromMilliseconds(1);
        Assert.Equal(1, (await TakeOverAsync(c, tick)).Tries);
        Assert.Equal(2, (await TakeOverAsync(c, tick)).Tries);
        var third = await TakeOverAsync(c, Ample);
        Assert.Equal(3, third.Tries);
        await Store.CommitAsync(third.Lease, Turn(0), Cancel);
        // The next mail comes with the receipt: that is its first try, and a death makes a claim its second.
        await Store.RenewAsync(third.Lease, tick, Cancel);
        Assert.Single((await Store.ReceiptAsync(third.Lease, new Receipt(0, $"t{0}", ["p"]), takeNext: true, Cancel)).Mail);
        Assert.Equal(2, (await TakeOverAsync(c, tick)).Tries);
    }

    [Fact]
    public async Task Epochs_of_a_conversation_only_grow()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var last = 0L;
        for (var i = 0; i < 5; i++)
        {
            var claim = await ClaimAsync(c);
            Assert.True(claim.Lease.Epoch > last);
            // Ids of the feed are epoch × a million + n, and browsers count in doubles.
            Assert.True(claim.Lease.Epoch * (double)IConversationFeed.IdsPerEpoch < 9e15);
            last = claim.Lease.Epoch;
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }
    }
}

public sealed class GarnetLeaseTests(GarnetFixture fixture) : LeaseTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisLeaseTests(RedisFixture fixture) : LeaseTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
