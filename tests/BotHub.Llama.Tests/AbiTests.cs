using System.Runtime.CompilerServices;
using BotHub.Llama.Native;

namespace BotHub.Llama.Tests;

/// <summary>The numbers were printed by a C program compiled against the headers of llama.cpp 0.5.0 (64-bit).</summary>
public sealed unsafe class AbiTests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_C_headers()
    {
        Assert.Equal(80, sizeof(ModelParams));
        Assert.Equal(160, sizeof(ContextParams));
        Assert.Equal(56, sizeof(NativeBatch));
        Assert.Equal(12, sizeof(TokenData));
        Assert.Equal(32, sizeof(TokenDataArray));
        Assert.Equal(16, sizeof(NativeChatMessage));
        Assert.Equal(1, sizeof(SamplerChainParams));
        Assert.Equal(528, sizeof(ThreadPoolParams));
    }

    [Fact]
    public void Model_parameters_lie_where_C_puts_them()
    {
        ModelParams p = default;
        Assert.Equal(8, Offset(ref p, ref p.TensorBufferOverrides));
        Assert.Equal(16, Offset(ref p, ref p.GpuLayers));
        Assert.Equal(24, Offset(ref p, ref p.LoadMode));
        Assert.Equal(28, Offset(ref p, ref p.LazyMode));
        Assert.Equal(32, Offset(ref p, ref p.MainGpu));
        Assert.Equal(48, Offset(ref p, ref p.ProgressCallback));
        Assert.Equal(64, Offset(ref p, ref p.KvOverrides));
        Assert.Equal(72, Offset(ref p, ref p.VocabOnly));
        Assert.Equal(74, Offset(ref p, ref p.UseExtraBuffers));
        Assert.Equal(77, Offset(ref p, ref p.LoadMtp));
    }

    [Fact]
    public void Context_parameters_lie_where_C_puts_them()
    {
        ContextParams p = default;
        Assert.Equal(24, Offset(ref p, ref p.MaxOutputsPerSequence));
        Assert.Equal(28, Offset(ref p, ref p.Threads));
        Assert.Equal(32, Offset(ref p, ref p.ThreadsBatch));
        Assert.Equal(52, Offset(ref p, ref p.FlashAttention));
        Assert.Equal(56, Offset(ref p, ref p.RopeFrequencyBase));
        Assert.Equal(80, Offset(ref p, ref p.YarnOriginalContext));
        Assert.Equal(84, Offset(ref p, ref p.DefragThreshold));
        Assert.Equal(88, Offset(ref p, ref p.EvalCallback));
        Assert.Equal(104, Offset(ref p, ref p.TypeK));
        Assert.Equal(112, Offset(ref p, ref p.AbortCallback));
        Assert.Equal(128, Offset(ref p, ref p.Embeddings));
        Assert.Equal(133, Offset(ref p, ref p.KvUnified));
        Assert.Equal(136, Offset(ref p, ref p.Samplers));
        Assert.Equal(152, Offset(ref p, ref p.OtherContext));
    }

    [Fact]
    public void Thread_pool_parameters_and_candidates_lie_where_C_puts_them()
    {
        ThreadPoolParams p = default;
        Assert.Equal(512, Offset(ref p, ref p.Threads));
        Assert.Equal(520, Offset(ref p, ref p.Poll));
        Assert.Equal(525, Offset(ref p, ref p.Paused));
        TokenDataArray a = default;
        Assert.Equal(16, Offset(ref a, ref a.Selected));
        Assert.Equal(24, Offset(ref a, ref a.Sorted));
    }

    [Fact]
    public void Batches_lie_where_C_puts_them()
    {
        NativeBatch b = default;
        Assert.Equal(8, (byte*)&b.Token - (byte*)&b);
        Assert.Equal(16, (byte*)&b.Embedding - (byte*)&b);
        Assert.Equal(24, (byte*)&b.Position - (byte*)&b);
        Assert.Equal(32, (byte*)&b.SequenceIdCount - (byte*)&b);
        Assert.Equal(40, (byte*)&b.SequenceId - (byte*)&b);
        Assert.Equal(48, (byte*)&b.Logits - (byte*)&b);
    }

    [Fact]
    public void The_restored_library_is_the_one_the_binding_was_written_for()
    {
        // Checks version and defaults, and throws when they differ.
        NativeLibraries.EnsureLoaded(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.StartsWith(NativeLibraries.Version, NativeLibraries.Text(Api.llama_version()), StringComparison.Ordinal);
        Assert.NotEqual(0, Api.ggml_backend_dev_by_type(DeviceType.Cpu));
    }

    private static int Offset<TStruct, TField>(ref TStruct owner, ref TField field)
        where TStruct : struct =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref owner), ref Unsafe.As<TField, byte>(ref field));
}
