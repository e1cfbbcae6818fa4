namespace BotHub.Llama;

/// <summary>One sequence of the context: its KV cells, and the tokens that they were computed from.</summary>
internal sealed class Slot(int id, int capacity)
{
    private readonly int[] _tokens = new int[capacity];

    /// <summary>The sequence's number in the library.</summary>
    internal int Id => id;

    /// <summary>Tokens evaluated; also the position of the next one.</summary>
    internal int Count { get; private set; }

    internal bool IsFull => Count == capacity;

    /// <summary>The conversation whose cells these are; null when it has no name.</summary>
    internal string? Conversation { get; set; }

    /// <summary>The request being served, or null.</summary>
    internal Job? Job { get; set; }

    /// <summary>Order of use, for choosing whom to evict.</summary>
    internal long LastUsed { get; set; }

    internal ReadOnlySpan<int> Evaluated => _tokens.AsSpan(0, Count);

    internal int CommonPrefix(ReadOnlySpan<int> prompt) => Evaluated.CommonPrefixLength(prompt);

    internal void Append(ReadOnlySpan<int> tokens)
    {
        tokens.CopyTo(_tokens.AsSpan(Count));
        Count += tokens.Length;
    }

    internal void Append(int token) => _tokens[Count++] = token;

    /// <summary>Says that the cells from <paramref name="count"/> on are gone.</summary>
    internal void Shorten(int count) => Count = Math.Min(Count, count);
}
