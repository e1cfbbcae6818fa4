using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Tests.Hosting;

/// <summary>A lease that a test has claimed itself: notes go to the real store, renewals are the test's own business.</summary>
public sealed class TestLease(IConversationStore store, Claim claim) : ReplyLease
{
    private string? _note = claim.Note;

    public override LeaseKey Key => claim.Lease;

    public override bool Resumed => claim.Resumed;

    public override string? Note => _note;

    public override async Task<Fence> EnsureAsync(TimeSpan atLeast) => (await store.RenewAsync(Key, TimeSpan.FromMinutes(5), CancellationToken.None)).Fence;

    public override async Task<Fence> NoteAsync(string note)
    {
        var fence = await store.NoteAsync(Key, note, CancellationToken.None);
        if (fence == Fence.Held) _note = note;
        return fence;
    }
}
