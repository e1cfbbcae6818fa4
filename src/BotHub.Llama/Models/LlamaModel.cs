using System.Globalization;
using System.Text;
using BotHub.Llama.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Llama;

/// <summary>
/// A loaded model: weights and vocabulary, shared by any number of engines. Thread-safe. Dispose it after its engines;
/// the native memory is freed when the last of them is gone.
/// </summary>
public sealed partial class LlamaModel : IDisposable
{
    private LlamaModel(LlamaModelOptions options, ModelHandle handle)
    {
        Options = options;
        Handle = handle;
        Architecture = Metadata("general.architecture") ?? "unknown";
        Name = Metadata("general.name") is { Length: > 0 } name ? name : System.IO.Path.GetFileNameWithoutExtension(options.Path);
        SizeBytes = (long)Api.llama_model_size(handle);
        ParameterCount = (long)Api.llama_model_n_params(handle);
        TrainedContext = Api.llama_model_n_ctx_train(handle);
        Tokenizer = new LlamaTokenizer(this);
    }

    /// <summary>What it was loaded with.</summary>
    public LlamaModelOptions Options { get; }

    /// <summary>The model's name from its metadata, or the file's name.</summary>
    public string Name { get; }

    /// <summary>The family of the network, such as "llama" or "qwen2".</summary>
    public string Architecture { get; }

    /// <summary>Bytes of all weights.</summary>
    public long SizeBytes { get; }

    /// <summary>Number of weights.</summary>
    public long ParameterCount { get; }

    /// <summary>Tokens of context that the model was trained for.</summary>
    public int TrainedContext { get; }

    /// <summary>Text to tokens and back, exactly as the engine does it.</summary>
    public LlamaTokenizer Tokenizer { get; }

    internal ModelHandle Handle { get; }

    /// <summary>True when layers are computed on a GPU.</summary>
    internal bool OnGpu => Options.GpuLayers != 0
        && (Api.ggml_backend_dev_by_type(DeviceType.Gpu) != 0 || Api.ggml_backend_dev_by_type(DeviceType.IntegratedGpu) != 0);

    /// <summary>Bytes of KV cells for one token at 16 bits; an upper bound for models whose layers differ.</summary>
    internal long KvBytesPerToken
    {
        get
        {
            var headDimension = (long)Api.llama_model_n_embd(Handle) / Math.Max(1, Api.llama_model_n_head(Handle));
            var key = MetadataNumber($"{Architecture}.attention.key_length") ?? headDimension;
            var value = MetadataNumber($"{Architecture}.attention.value_length") ?? headDimension;
            return 2 * Api.llama_model_n_layer(Handle) * Math.Max(1, Api.llama_model_n_head_kv(Handle)) * (key + value);
        }
    }

    /// <summary>Loads a model; takes from a fraction of a second to minutes, by its size and the disk.</summary>
    /// <exception cref="LlamaException">The libraries or the file are missing or unusable; the message says what to do.</exception>
    public static LlamaModel Load(LlamaModelOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("BotHub.Llama");
        NativeLibraries.EnsureLoaded(logger);
        GgufHeader.Check(options.Path);
        CheckMemory(options);

        var parameters = Api.llama_model_default_params();
        parameters.GpuLayers = options.GpuLayers;
        if (!options.MemoryMap) parameters.LoadMode = 0;
        var handle = NativeLog.Capture(() => Api.llama_model_load_from_file(options.Path, parameters), out var errors);
        if (handle.IsInvalid) throw ModelLoadError.From(options.Path, errors);
        try
        {
            if (!Api.llama_model_has_decoder(handle) || Api.llama_model_has_encoder(handle))
                throw new LlamaException(LlamaErrorKind.UnsupportedArchitecture, $"{options.Path} is an encoder model, which does not generate text by itself. Take a decoder-only chat model.");
            var model = new LlamaModel(options, handle);
            Log.Loaded(logger, model.Name, model.Architecture, model.ParameterCount, model.SizeBytes, model.TrainedContext);
            return model;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A value of the file's metadata as text, or null.</summary>
    public unsafe string? Metadata(string key)
    {
        var length = Api.llama_model_meta_val_str(Handle, key, null, 0);
        if (length < 0) return null;
        var buffer = new byte[length + 1];
        fixed (byte* p = buffer) _ = Api.llama_model_meta_val_str(Handle, key, p, (nuint)buffer.Length);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Gives the model up; engines that still use it keep the memory until they are disposed.</summary>
    public void Dispose() => Handle.Dispose();

    private long? MetadataNumber(string key) =>
        long.TryParse(Metadata(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static void CheckMemory(LlamaModelOptions options)
    {
        // Layers on a GPU leave the host soon after they are read; the driver reports its own shortage.
        if (options.GpuLayers != 0 && Api.ggml_backend_dev_by_type(DeviceType.Gpu) != 0) return;
        var size = new FileInfo(options.Path).Length;
        if (SystemMemory.Available() is { } available && size > available)
            throw ModelLoadError.OutOfMemory(options.Path, $"it has {size >> 20:N0} MiB and {available >> 20:N0} MiB of memory are available");
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 10, EventName = "LlamaModelLoaded", Level = LogLevel.Information,
            Message = "Model {Model} loaded: {Architecture}, {Parameters} parameters, {Bytes} bytes, trained for {Context} tokens of context")]
        public static partial void Loaded(ILogger logger, string model, string architecture, long parameters, long bytes, int context);
    }
}
