using System.Runtime.InteropServices;
using BotHub.Llama.Native;

namespace BotHub.Llama;

/// <summary>The rows of one llama_decode call, in native memory that is used again for every call.</summary>
internal sealed unsafe class DecodeBatch : IDisposable
{
    private readonly int _capacity;
    private int* _tokens;
    private readonly int* _positions;
    private readonly int* _sequences;
    private readonly int* _sequenceCounts;
    private readonly int** _sequencePointers;
    private readonly sbyte* _logits;

    internal DecodeBatch(int capacity)
    {
        _capacity = capacity;
        _sequencePointers = (int**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(int*));
        _tokens = (int*)NativeMemory.Alloc((nuint)capacity * 4, sizeof(int));
        _positions = _tokens + capacity;
        _sequences = _positions + capacity;
        _sequenceCounts = _sequences + capacity;
        _logits = (sbyte*)NativeMemory.Alloc((nuint)capacity);
        for (var i = 0; i < capacity; i++)
        {
            _sequenceCounts[i] = 1;
            _sequencePointers[i] = _sequences + i;
        }
    }

    internal int Count { get; private set; }

    internal void Clear() => Count = 0;

    /// <summary>Adds a row and returns its number, by which its logits are asked for.</summary>
    internal int Add(int token, int position, int sequence, bool logits)
    {
        // The library ends the process on a batch that is too large.
        if (Count == _capacity) throw new InvalidOperationException("The batch is full.");
        _tokens[Count] = token;
        _positions[Count] = position;
        _sequences[Count] = sequence;
        _logits[Count] = logits ? (sbyte)1 : (sbyte)0;
        return Count++;
    }

    internal DecodeStatus Decode(ContextHandle context) => Api.llama_decode(context, new NativeBatch
    {
        TokenCount = Count,
        Token = _tokens,
        Position = _positions,
        SequenceIdCount = _sequenceCounts,
        SequenceId = _sequencePointers,
        Logits = _logits,
    });

    public void Dispose()
    {
        if (_tokens == null) return;
        NativeMemory.Free(_tokens);
        NativeMemory.Free(_sequencePointers);
        NativeMemory.Free(_logits);
        _tokens = null;
    }
}
