using Microsoft.Extensions.Logging;

namespace BotHub.Llama;

/// <summary>Gives a request a slot, and the slot as much of the prompt's KV cells as can be had without computing.</summary>
internal sealed partial class Admission(Slot[] slots, KvCells cells, SnapshotStore snapshots, PrefillPlan plan, ILogger logger)
{
    // Below this a copy is not worth its call, and a conversation not its memory.
    private const int WorthCopying = 32;
    private const int WorthSaving = 64;
    private const int WorthWaiting = 64;

    private long _clock;

    /// <summary>An idle slot for the request, with the cells of its former owner saved; null when all are busy.</summary>
    internal Slot? TakeSlot(Job job)
    {
        if (Choose(job) is not { } slot) return null;
        var conversation = job.Request.Conversation;
        var continues = slot.Conversation == conversation && (conversation is not null || slot.CommonPrefix(job.Prompt) > slot.Count / 2);
        if (!continues) Evict(slot);
        slot.Conversation = conversation;
        slot.Job = job;
        slot.LastUsed = ++_clock;
        job.Slot = slot;
        return slot;
    }

    /// <summary>Frees a job's slot; its cells stay for whoever continues the conversation, and are the last to be evicted.</summary>
    internal void GiveBack(Slot slot)
    {
        slot.Job = null;
        slot.LastUsed = ++_clock;
    }

    /// <summary>Puts the best known prefix into the job's slot, or lets the job wait for one that is being computed.</summary>
    internal void FindPrefix(Job job, IReadOnlyList<Job> active)
    {
        var slot = job.Slot!;
        var own = cells.Usable(slot.CommonPrefix(job.Prompt), slot.Count);
        var best = own;
        Slot? source = null;
        foreach (var other in slots)
        {
            if (other == slot || other.Count == 0) continue;
            var common = cells.Usable(other.CommonPrefix(job.Prompt), other.Count);
            if (common > best || (source is not null && common == best && other.Count < source.Count)) (source, best) = (other, common);
        }
        var snapshot = snapshots.Find(job.Prompt, best + 1, out var saved);
        if (snapshot is not null) saved = cells.Usable(saved, snapshot.Tokens.Length);
        if (snapshot is null || saved <= best) snapshot = null;
        else best = saved;

        job.WaitsFor = FindInFlight(job, active, best);
        if (job.WaitsFor is not null)
        {
            job.State = JobState.Holding;
            return;
        }

        if (best - own >= WorthCopying)
        {
            var copied = snapshot is not null ? cells.Restore(snapshot, slot, best) : cells.Copy(source!, slot, best);
            if (snapshot is not null && copied)
            {
                // Its own slot holds all of it now; anyone else's stays for its owner.
                if (snapshot.Conversation is not null && snapshot.Conversation == slot.Conversation) snapshots.Remove(snapshot);
                else snapshots.Touch(snapshot);
            }
            Log.PrefixCopied(logger, slot.Id, best, snapshot is not null ? "snapshot" : "slot", copied);
            own = copied ? best : 0;
        }
        cells.CutTo(slot, plan.Keep(job.Prompt.Length, own));
        job.Cached = slot.Count;
        job.State = JobState.Prefilling;
    }

    /// <summary>True when a waiting job's prefix is there, or will not come any more.</summary>
    internal static bool PrefixArrived(Job job)
    {
        var source = job.WaitsFor!;
        return source.State != JobState.Prefilling || source.Slot!.CommonPrefix(job.Prompt) >= source.Prompt.AsSpan().CommonPrefixLength(job.Prompt);
    }

    private Slot? Choose(Job job)
    {
        Slot? best = null;
        var conversation = job.Request.Conversation;
        foreach (var slot in slots)
        {
            if (slot.Job is not null) continue;
            if (conversation is not null && slot.Conversation == conversation) return slot;
            if (best is null || Rank(slot) < Rank(best)) best = slot;
        }
        if (conversation is not null) return best;

        // Nameless requests go where most of their prompt is, if that is most of what is there.
        foreach (var slot in slots)
        {
            if (slot.Job is null && slot.Conversation is null && slot.Count > 0 && slot.CommonPrefix(job.Prompt) is var common && common > slot.Count / 2
                && (best!.Conversation is not null || common > best.CommonPrefix(job.Prompt)))
                best = slot;
        }
        return best;

        static long Rank(Slot slot) => slot.Count == 0 ? -1 : slot.LastUsed;
    }

    private void Evict(Slot slot)
    {
        if (slot.Count >= WorthSaving && cells.Save(slot, snapshots) is { } snapshot)
        {
            snapshots.Add(snapshot);
            Log.Saved(logger, slot.Id, slot.Count, snapshots.Count, snapshots.Bytes);
        }
    }

    private static Job? FindInFlight(Job job, IReadOnlyList<Job> active, int best)
    {
        Job? found = null;
        foreach (var other in active)
        {
            if (other == job || other.State != JobState.Prefilling) continue;
            var common = other.Prompt.AsSpan().CommonPrefixLength(job.Prompt);
            // What it has evaluated already is counted in "best"; only cells still to come are worth waiting for.
            if (common - best < WorthWaiting || common <= other.Slot!.Count) continue;
            (found, best) = (other, common);
        }
        return found;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 30, EventName = "LlamaPrefixCopied", Level = LogLevel.Debug, Message = "Slot {Slot} got {Tokens} tokens from a {Source} (success: {Success})")]
        public static partial void PrefixCopied(ILogger logger, int slot, int tokens, string source, bool success);

        [LoggerMessage(EventId = 31, EventName = "LlamaSlotSaved", Level = LogLevel.Debug, Message = "Slot {Slot} saved with {Tokens} tokens; {Snapshots} snapshots in {Bytes} bytes")]
        public static partial void Saved(ILogger logger, int slot, int tokens, int snapshots, long bytes);
    }
}
