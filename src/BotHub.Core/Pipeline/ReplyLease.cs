using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>The lease under which a surface shows its replies: what it may know of the lease before, and what it must ask before it sends.</summary>
public abstract class ReplyLease
{
    public abstract LeaseKey Key { get; }

    public ConversationId Conversation => Key.Conversation;

    /// <summary>The lease before did not end cleanly: what it had shown is void.</summary>
    public abstract bool Resumed { get; }

    /// <summary>What was written down last with <see cref="NoteAsync"/> and not settled by a receipt; null when nothing.</summary>
    public abstract string? Note { get; }

    /// <summary>Makes sure that the lease lasts so long, and renews it where it may not. Ask before a send whose repetition people would see.</summary>
    /// <exception cref="StoreUnavailableException">It is not known whether the lease holds.</exception>
    public abstract Task<Fence> EnsureAsync(TimeSpan atLeast);

    /// <summary>Writes down how far a reply has got, for whoever takes the conversation over.</summary>
    /// <exception cref="StoreUnavailableException">It is not known whether it was written.</exception>
    public abstract Task<Fence> NoteAsync(string note);
}

/// <summary>The worker's lease, kept by its keeper.</summary>
internal sealed class KeptLease(IConversationStore store, Claim claim, LeaseKeeper keeper) : ReplyLease
{
    private string? _note = claim.Note;

    public override LeaseKey Key => claim.Lease;

    public override bool Resumed => claim.Resumed;

    public override string? Note => _note;

    public override Task<Fence> EnsureAsync(TimeSpan atLeast) => keeper.EnsureAsync(atLeast);

    public override async Task<Fence> NoteAsync(string note)
    {
        var fence = await store.NoteAsync(Key, note, CancellationToken.None);
        if (fence == Fence.Held) _note = note;
        return fence;
    }

    /// <summary>The reply is settled, and its note with it.</summary>
    public void Settle() => _note = null;
}
