using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Options;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Context;

/// <summary>Whoever wrote them, the entries read are those of the store. Two nodes over one real store.</summary>
public sealed class RecentTranscriptsTests(GarnetFixture fixture) : StoreTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task What_another_node_committed_in_between_is_read()
    {
        using var here = new RecentTranscripts(Store, Options.Create(new ContextOptions()));
        using var there = new RecentTranscripts(Store, Options.Create(new ContextOptions()));
        var c = NewConversation();
        long tail = 0;
        var random = new Random(3);
        for (var turn = 0; turn < 40; turn++)
        {
            var node = random.Next(2) == 0 ? here : there;
            var from = Math.Max(0, tail - 10);
            Assert.Equal(await Store.ReadTranscriptAsync(c, from, (int)(tail - from), Cancel), await node.ReadAsync(c, from, tail, Cancel));

            await AcceptAsync(c, $"m{turn}");
            var claim = await ClaimAsync(c);
            Assert.Equal(tail, claim.TranscriptTail);
            var commit = Turn(turn);
            Assert.Equal(Fence.Held, (await Store.CommitAsync(claim.Lease, commit, Cancel)).Fence);
            node.Append(c, tail, commit.Entries);
            tail += commit.Entries.Count;
            await Store.ReceiptAsync(claim.Lease, new Receipt(turn, $"t{turn}", []), takeNext: false, Cancel);
        }
    }

    [Fact]
    public async Task What_is_known_is_not_read_again_and_a_commit_of_another_tail_is_not_believed()
    {
        var c = NewConversation();
        await AcceptAsync(c, "m0");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        using var recent = new RecentTranscripts(Store, Options.Create(new ContextOptions()));
        var first = await recent.ReadAsync(c, 0, 2, Cancel);
        Assert.Same(first[0], (await recent.ReadAsync(c, 0, 2, Cancel))[0]);

        recent.Append(c, 7, [Entry("stray")]);
        Assert.Equal(["u0", "a0"], (await recent.ReadAsync(c, 0, 2, Cancel)).Select(e => e.Id));
        Assert.Equal(["a0"], (await recent.ReadAsync(c, 1, 2, Cancel)).Select(e => e.Id));
        Assert.Empty(await recent.ReadAsync(c, 2, 2, Cancel));
    }
}
