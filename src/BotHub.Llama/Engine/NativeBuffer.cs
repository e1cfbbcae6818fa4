using System.Runtime.InteropServices;

namespace BotHub.Llama;

/// <summary>
/// A block of native memory that is kept and used again: the first touch of fresh pages costs eight times the copy itself.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const long Granule = 1 << 20;

    private NativeBuffer(byte* pointer, long capacity)
    {
        Pointer = pointer;
        Capacity = capacity;
        GC.AddMemoryPressure(capacity);
    }

    internal byte* Pointer { get; private set; }

    internal long Capacity { get; }

    /// <summary>A buffer of at least <paramref name="size"/> bytes, or null when the system has no memory left for it.</summary>
    internal static NativeBuffer? TryCreate(long size)
    {
        var capacity = RoundUp(size);
        try
        {
            return new NativeBuffer((byte*)NativeMemory.Alloc((nuint)capacity), capacity);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>The bytes that a buffer for <paramref name="size"/> takes.</summary>
    internal static long RoundUp(long size) => Math.Max(Granule, (size + Granule - 1) / Granule * Granule);

    public void Dispose()
    {
        if (Pointer == null) return;
        NativeMemory.Free(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(Capacity);
    }
}
