namespace BotHub.Llama;

/// <summary>Texts already tokenised, least recently used first out, bounded in bytes. Thread-safe.</summary>
internal sealed class TokenCache(long capacityBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _index = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _order = new();
    private long _bytes;

    private readonly record struct Entry(string Text, int[] Tokens)
    {
        internal long Bytes => 128 + 2L * Text.Length + 4L * Tokens.Length;
    }

    internal bool TryGet(string text, out int[] tokens)
    {
        lock (_gate)
        {
            if (_index.TryGetValue(text, out var node))
            {
                _order.Remove(node);
                _order.AddLast(node);
                tokens = node.Value.Tokens;
                return true;
            }
        }
        tokens = [];
        return false;
    }

    /// <summary>Keeps <paramref name="tokens"/>, which the caller must not change afterwards.</summary>
    internal void Set(string text, int[] tokens)
    {
        var entry = new Entry(text, tokens);
        // One huge text would push out everything else for a single use.
        if (entry.Bytes > capacityBytes / 4) return;
        lock (_gate)
        {
            if (_index.Remove(text, out var old)) Unlink(old);
            _index[text] = _order.AddLast(entry);
            _bytes += entry.Bytes;
            while (_bytes > capacityBytes)
            {
                var first = _order.First!;
                _index.Remove(first.Value.Text);
                Unlink(first);
            }
        }
    }

    private void Unlink(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _bytes -= node.Value.Bytes;
    }
}
