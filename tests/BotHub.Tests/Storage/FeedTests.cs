using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Storage;

namespace BotHub.Tests.Storage;

public abstract class FeedTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task Batches_are_replayed_as_they_were_written()
    {
        var lease = await LeaseAsync();
        FeedEvent[] all =
        [
            new RunStarted("t0", 2), new TextStarted("a0"), new TextAdded("a0", "Grüß Gott \0 👋"), new TextEnded("a0", MessageState.Done),
            new CustomEvent("step", JsonDocument.Parse("""{"a":[1,"x"]}""").RootElement), new RunFinished("t0"), new RunFailed("t0", "Sorry.", "model.down"),
        ];
        Assert.Equal(new FeedWrite(Fence.Held, 1), await Feed.WriteAsync(lease, 100, all, false, Cancel));
        Assert.Equal(new FeedWrite(Fence.Held, 2), await Feed.WriteAsync(lease, 107, [new RunStarted("t1", 1)], false, Cancel));
        var held = await Feed.ReadAsync(lease.Conversation, Cancel);
        Assert.Equal([(100, 106, 0), (107, 107, 106)], held.Select(b => (b.FirstId, b.LastId, b.PreviousId)));
        Assert.Equal(JsonSerializer.Serialize(all), JsonSerializer.Serialize(held[0].Events));
    }

    [Fact]
    public async Task A_reset_drops_what_was_held()
    {
        var lease = await LeaseAsync();
        await Feed.WriteAsync(lease, 1, [new RunStarted("t0", 1)], false, Cancel);
        Assert.Equal(1, (await Feed.WriteAsync(lease, 2, [new FeedReset(false, "t0", 1, "a0", "so far")], true, Cancel)).Held);
        var batch = Assert.Single(await Feed.ReadAsync(lease.Conversation, Cancel));
        Assert.Equal((2, 1), (batch.FirstId, batch.PreviousId));
        Assert.Equal(new FeedReset(false, "t0", 1, "a0", "so far"), Assert.Single(batch.Events));
    }

    [Fact]
    public async Task Readers_on_every_node_follow_in_order()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var lease = await LeaseAsync();
        await using var here = await Feed.SubscribeAsync(lease.Conversation, Cancel);
        await using var there = await other.Feed.SubscribeAsync(lease.Conversation, Cancel);
        await using var second = await other.Feed.SubscribeAsync(lease.Conversation, Cancel);
        for (var i = 1; i <= 100; i++) await Feed.WriteAsync(lease, i, [new TextAdded("a0", $"{i}")], false, Cancel);
        foreach (var reader in new[] { here, there, second })
        {
            var ids = new List<(long, long)>();
            await foreach (var batch in reader.ReadAllAsync(Cancel))
            {
                ids.Add((batch.PreviousId, batch.FirstId));
                if (batch.LastId == 100) break;
            }

            Assert.Equal(Enumerable.Range(1, 100).Select(i => ((long)i - 1, (long)i)), ids);
        }
    }

    [Fact]
    public async Task A_reader_that_left_does_not_end_the_others()
    {
        var lease = await LeaseAsync();
        var first = await Feed.SubscribeAsync(lease.Conversation, Cancel);
        await using var second = await Feed.SubscribeAsync(lease.Conversation, Cancel);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await Feed.WriteAsync(lease, 1, [new RunStarted("t0", 1)], false, Cancel);
        Assert.Equal(1, (await NextAsync(second)).FirstId);
        await second.DisposeAsync();
        await using var third = await Feed.SubscribeAsync(lease.Conversation, Cancel);
        await Feed.WriteAsync(lease, 2, [new RunStarted("t0", 1)], false, Cancel);
        Assert.Equal(2, (await NextAsync(third)).FirstId);
    }

    [Fact]
    public async Task A_reader_too_slow_sees_a_gap()
    {
        var lease = await LeaseAsync();
        await using var reader = await Feed.SubscribeAsync(lease.Conversation, Cancel);
        var count = FeedReaders.QueueLength + 10;
        for (var i = 1; i <= count; i++) await Feed.WriteAsync(lease, i, [new TextAdded("a0", "x")], false, Cancel);
        // What was written last has arrived when a second reader, which began before it, has it.
        var first = await NextAsync(reader);
        var last = first;
        var gap = first.PreviousId > 0;
        while (last.LastId < count)
        {
            var next = await NextAsync(reader);
            gap |= next.PreviousId != last.LastId;
            last = next;
        }

        Assert.True(gap);
    }

    [Fact]
    public async Task After_a_lost_connection_readers_see_a_gap_and_then_go_on()
    {
        await using var other = await Fixture.StartAnotherAsync();
        var lease = await LeaseAsync();
        await using var reader = await other.Feed.SubscribeAsync(lease.Conversation, Cancel);
        await Feed.WriteAsync(lease, 1, [new RunStarted("t0", 1)], false, Cancel);
        Assert.Equal(1, (await NextAsync(reader)).FirstId);

        await CutAsync(other);
        var gap = await NextAsync(reader);
        Assert.Equal((-1, 0), (gap.PreviousId, gap.Events.Count));
        await Feed.WriteAsync(lease, 2, [new RunFinished("t0")], false, Cancel);
        // The connections come back one by one, so there may be a second gap, with the batch lost in it: a reader that sees one reads the log.
        FeedBatch next;
        do
        {
            next = await NextAsync(reader);
            if (next.PreviousId == -1) next = (await other.Feed.ReadAsync(lease.Conversation, Cancel))[^1];
        }
        while (next.FirstId != 2);

        Assert.Equal((2, 1), (next.FirstId, next.PreviousId));
    }

    /// <summary>Ends a node's connections at the server, subscription included.</summary>
    private async Task CutAsync(StoreNode node)
    {
        var database = Fixture.Node.Get<StoreConnection>().Database;
        var name = node.Get<StoreConnection>().Multiplexer.ClientName;
        var list = (string)(await database.ExecuteAsync("CLIENT", "LIST"))!;
        foreach (var line in list.Split('\n').Where(l => l.Contains($"name={name}", StringComparison.Ordinal)))
        {
            var id = line[(line.IndexOf("id=", StringComparison.Ordinal) + 3)..].Split(' ')[0];
            await database.ExecuteAsync("CLIENT", "KILL", "ID", id);
        }
    }

    private static async Task<FeedBatch> NextAsync(IFeedSubscription reader)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var batch in reader.ReadAllAsync(limit.Token)) return batch;
        throw new InvalidOperationException("The feed ended.");
    }

    private async Task<LeaseKey> LeaseAsync()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        return (await ClaimAsync(c)).Lease;
    }
}

public sealed class GarnetFeedTests(GarnetFixture fixture) : FeedTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisFeedTests(RedisFixture fixture) : FeedTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
