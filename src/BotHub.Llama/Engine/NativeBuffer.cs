using System.Runtime.InteropServices;

namespace BotHub.Llama;

/// <summary>
/// A block of native memory that is kept and used again: the first touch of fresh pages costs eight times the copy itself.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const long Granule = 1 << 20;

    internal NativeBuffer(long size)
    {
        Capacity = Math.Max(Granule, (size + Granule - 1) / Granule * Granule);
        Pointer = (byte*)NativeMemory.Alloc((nuint)Capacity);
        GC.AddMemoryPressure(Capacity);
    }

    internal byte* Pointer { get; private set; }

    internal long Capacity { get; }

    public void Dispose()
    {
        if (Pointer == null) return;
        NativeMemory.Free(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(Capacity);
    }
}
