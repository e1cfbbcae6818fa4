using BotHub.Llama.Native;

namespace BotHub.Llama;

/// <summary>What can be done with the KV cells of slots: cut, copy, save, restore. Keeps a slot's token list true to its cells.</summary>
internal sealed unsafe class KvCells(ContextHandle context, bool canCut) : IDisposable
{
    private readonly nint _memory = Api.llama_get_memory(context);
    private NativeBuffer? _scratch;

    /// <summary>False for recurrent networks, whose state cannot be taken back to an earlier token.</summary>
    internal bool CanCut => canCut;

    /// <summary>Whether a context's memory can forget its last token; the context must be empty, and is so afterwards.</summary>
    internal static bool Probe(ContextHandle context, DecodeBatch batch)
    {
        var memory = Api.llama_get_memory(context);
        batch.Clear();
        batch.Add(0, 0, 0, logits: false);
        batch.Add(0, 1, 0, logits: true);
        if (batch.Decode(context) is not DecodeStatus.Ok and var status)
            throw new LlamaException(LlamaErrorKind.DecodeFailed, $"The model cannot be computed on this machine (llama_decode gave {(int)status}). See the log for the reason.");
        var able = Api.llama_memory_seq_rm(memory, 0, 1, -1);
        _ = Api.llama_memory_seq_rm(memory, 0, -1, -1);
        return able;
    }

    /// <summary>How much of <paramref name="common"/> tokens can be used, of <paramref name="count"/> that are there.</summary>
    internal int Usable(int common, int count) => canCut || common == count ? common : 0;

    /// <summary>Removes the cells from <paramref name="count"/> on; where that is impossible, all of them.</summary>
    internal void CutTo(Slot slot, int count)
    {
        if (count >= slot.Count) return;
        if (count > 0 && canCut && Api.llama_memory_seq_rm(_memory, slot.Id, count, -1)) slot.Shorten(count);
        else Clear(slot);
    }

    internal void Clear(Slot slot)
    {
        _ = Api.llama_memory_seq_rm(_memory, slot.Id, -1, -1);
        slot.Shorten(0);
    }

    /// <summary>After a failed call: drops cells that it may have written beyond the slot's tokens.</summary>
    internal void Resync(Slot slot)
    {
        if (Api.llama_memory_seq_pos_max(_memory, slot.Id) + 1 == slot.Count) return;
        if (!canCut || !Api.llama_memory_seq_rm(_memory, slot.Id, slot.Count, -1) || Api.llama_memory_seq_pos_max(_memory, slot.Id) + 1 != slot.Count)
            Clear(slot);
    }

    /// <summary>Gives <paramref name="to"/> the first <paramref name="keep"/> cells of <paramref name="from"/>, which may be busy.</summary>
    internal bool Copy(Slot from, Slot to, int keep)
    {
        var size = (long)Api.llama_state_seq_get_size(context, from.Id);
        if (_scratch is null || _scratch.Capacity < size)
        {
            _scratch?.Dispose();
            _scratch = NativeBuffer.TryCreate(size);
            // Without memory for a copy the prompt is computed; slower, not wrong.
            if (_scratch is null) return false;
        }
        var length = Api.llama_state_seq_get_data(context, _scratch.Pointer, (nuint)_scratch.Capacity, from.Id);
        return length != 0 && Put(_scratch, (long)length, from.Evaluated, to, keep);
    }

    /// <summary>Saves a slot's cells; null when the store has no room for them.</summary>
    internal Snapshot? Save(Slot slot, SnapshotStore store)
    {
        var size = (long)Api.llama_state_seq_get_size(context, slot.Id);
        if (store.Rent(size) is not { } buffer) return null;
        var length = Api.llama_state_seq_get_data(context, buffer.Pointer, (nuint)buffer.Capacity, slot.Id);
        if (length != 0) return new Snapshot(slot.Conversation, slot.Evaluated.ToArray(), buffer, (long)length);
        store.Return(buffer);
        return null;
    }

    internal bool Restore(Snapshot snapshot, Slot slot, int keep) => Put(snapshot.Buffer, snapshot.Length, snapshot.Tokens, slot, keep);

    private bool Put(NativeBuffer buffer, long length, ReadOnlySpan<int> tokens, Slot to, int keep)
    {
        Clear(to);
        if (Api.llama_state_seq_set_data(context, buffer.Pointer, (nuint)length, to.Id) == 0)
        {
            Clear(to);
            return false;
        }
        to.Append(tokens);
        CutTo(to, keep);
        return to.Count == keep;
    }

    public void Dispose() => _scratch?.Dispose();
}
