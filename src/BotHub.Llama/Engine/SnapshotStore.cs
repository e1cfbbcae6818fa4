namespace BotHub.Llama;

/// <summary>KV cells of a conversation in host memory, with the tokens that they were computed from.</summary>
internal sealed record Snapshot(string? Conversation, int[] Tokens, NativeBuffer Buffer, long Length);

/// <summary>
/// Saved cells of conversations that lost their slot: least recently used first out, bounded in bytes of the buffers, which are
/// used again. Belongs to the engine's thread.
/// </summary>
internal sealed class SnapshotStore(long capacityBytes) : IDisposable
{
    // Oldest first. A few hundred at most, since each takes megabytes: a walk is cheaper than an index.
    private readonly List<Snapshot> _snapshots = [];
    private readonly List<NativeBuffer> _free = [];
    private long _bytes;

    internal int Count => _snapshots.Count;

    internal long Bytes => _bytes;

    /// <summary>A buffer of at least <paramref name="size"/> bytes, for which older snapshots may have to go; null when it can never fit.</summary>
    internal NativeBuffer? Rent(long size)
    {
        size = NativeBuffer.RoundUp(size);
        if (size > capacityBytes) return null;
        while (true)
        {
            var best = -1;
            for (var i = 0; i < _free.Count; i++)
                if (_free[i].Capacity >= size && _free[i].Capacity <= 2 * size + (1 << 20) && (best < 0 || _free[i].Capacity < _free[best].Capacity)) best = i;
            if (best >= 0)
            {
                var buffer = _free[best];
                _free.RemoveAt(best);
                return buffer;
            }
            if (_bytes + size <= capacityBytes)
            {
                var buffer = NativeBuffer.TryCreate(size);
                _bytes += buffer?.Capacity ?? 0;
                return buffer;
            }
            if (_free.Count > 0) Free(_free[0]);
            else Remove(_snapshots[0]);
        }
    }

    internal void Return(NativeBuffer buffer) => _free.Add(buffer);

    /// <summary>Keeps a snapshot as the newest; it takes the place of the same conversation's older one.</summary>
    internal void Add(Snapshot snapshot)
    {
        for (var i = _snapshots.Count - 1; i >= 0; i--)
        {
            var old = _snapshots[i];
            var replaced = old.Conversation == snapshot.Conversation
                && (snapshot.Conversation is not null || snapshot.Tokens.AsSpan().StartsWith(old.Tokens));
            if (replaced) Remove(old);
        }
        _snapshots.Add(snapshot);
    }

    /// <summary>The snapshot with the longest common prefix, if that is <paramref name="atLeast"/> tokens or more.</summary>
    internal Snapshot? Find(ReadOnlySpan<int> prompt, int atLeast, out int common)
    {
        Snapshot? best = null;
        common = atLeast;
        foreach (var snapshot in _snapshots)
        {
            var length = snapshot.Tokens.AsSpan().CommonPrefixLength(prompt);
            // Among equals the shortest, because all of it is copied.
            if (length < common || (length == common && best is not null && snapshot.Length >= best.Length)) continue;
            (best, common) = (snapshot, length);
        }
        return best;
    }

    /// <summary>Says that a snapshot was of use.</summary>
    internal void Touch(Snapshot snapshot)
    {
        if (_snapshots.Remove(snapshot)) _snapshots.Add(snapshot);
    }

    internal void Remove(Snapshot snapshot)
    {
        if (_snapshots.Remove(snapshot)) Return(snapshot.Buffer);
    }

    public void Dispose()
    {
        foreach (var snapshot in _snapshots) snapshot.Buffer.Dispose();
        foreach (var buffer in _free) buffer.Dispose();
        _snapshots.Clear();
        _free.Clear();
        _bytes = 0;
    }

    private void Free(NativeBuffer buffer)
    {
        _free.Remove(buffer);
        _bytes -= buffer.Capacity;
        buffer.Dispose();
    }
}
