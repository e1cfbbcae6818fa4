using System.Runtime.InteropServices;

namespace BotHub.Llama.Native;

/// <summary>Owns a llama_model.</summary>
internal sealed class ModelHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Api.llama_model_free(handle);
        return true;
    }
}

/// <summary>Owns a llama_context and keeps its model alive.</summary>
internal sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
{
    private ModelHandle? _model;

    public override bool IsInvalid => handle == 0;

    /// <summary>The model must not be freed before its contexts, whatever order the owners are disposed in.</summary>
    internal void KeepAlive(ModelHandle model)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        _model = model;
    }

    protected override bool ReleaseHandle()
    {
        Api.llama_free(handle);
        _model?.DangerousRelease();
        return true;
    }
}

/// <summary>Owns a sampler chain and the samplers added to it.</summary>
internal sealed class SamplerHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Api.llama_sampler_free(handle);
        return true;
    }
}

/// <summary>
/// Owns a ggml thread pool. Without one ggml starts and joins its threads for every token. The functions lie in the CPU
/// backend that was picked at load, so they are looked up through its registry.
/// </summary>
internal sealed unsafe class ThreadPoolHandle : SafeHandle
{
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    private ThreadPoolHandle(nint pool, delegate* unmanaged[Cdecl]<nint, void> free)
        : base(0, ownsHandle: true)
    {
        SetHandle(pool);
        _free = free;
    }

    public override bool IsInvalid => handle == 0;

    /// <returns>A pool, or null when the backend offers none; then the library makes its own threads.</returns>
    internal static ThreadPoolHandle? Create(int threads)
    {
        var device = Api.ggml_backend_dev_by_type(DeviceType.Cpu);
        if (device == 0) return null;
        var registry = Api.ggml_backend_dev_backend_reg(device);
        var create = (delegate* unmanaged[Cdecl]<ThreadPoolParams*, nint>)Api.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)Api.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_free");
        if (create == null || free == null) return null;
        var parameters = Api.ggml_threadpool_params_default(threads);
        var pool = create(&parameters);
        return pool == 0 ? null : new ThreadPoolHandle(pool, free);
    }

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }
}
