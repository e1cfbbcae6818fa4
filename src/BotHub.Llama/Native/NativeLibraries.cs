using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace BotHub.Llama.Native;

/// <summary>
/// Loads llama.cpp once per process from <c>runtimes/llama/&lt;package&gt;/</c> beside the program: a GPU package when its driver
/// libraries are there, else the CPU one, of which ggml picks the variant for this processor. Refuses other versions.
/// </summary>
internal static unsafe partial class NativeLibraries
{
    /// <summary>The release whose headers this binding follows; distributors append suffixes such as "-dev".</summary>
    internal const string Version = "0.5.0";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Loaded = [];
    private static bool _ready;
    private static LlamaException? _failure;

    /// <summary>The folder that the libraries were loaded from.</summary>
    internal static string Folder { get; private set; } = "";

    /// <exception cref="LlamaException">The libraries are missing, cannot be loaded or are of another version.</exception>
    internal static void EnsureLoaded(ILogger logger)
    {
        lock (Gate)
        {
            if (_ready) return;
            if (_failure is not null) throw _failure;
            try
            {
                Load(Path.Combine(AppContext.BaseDirectory, "runtimes", "llama"), logger);
                _ready = true;
            }
            catch (LlamaException e)
            {
                // A second attempt in the same process cannot do better: parts may be loaded already.
                _failure = e;
                throw;
            }
        }
    }

    internal static void Load(string root, ILogger logger)
    {
        var errors = new List<string>();
        foreach (var folder in Candidates(root))
        {
            if (!TryLoad(folder, errors)) continue;
            Folder = folder;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
            CheckVersion();
            NativeLog.Install(logger);
            // Before any model: picks the CPU variant and registers GPUs. Outside the package folder nothing is searched.
            Api.ggml_backend_load_all_from_path(folder);
            Api.llama_backend_init();
            CheckLayouts();
            if (Api.ggml_backend_dev_count() == 0)
                throw new LlamaException(LlamaErrorKind.NativesMissing, $"{folder} holds llama.cpp but no processor backend (libggml-cpu-*) that runs on this machine. Build again after deleting artifacts/natives.");
            for (nuint i = 0; i < Api.ggml_backend_dev_count(); i++)
            {
                var device = Api.ggml_backend_dev_get(i);
                Log.Device(logger, Text(Api.ggml_backend_dev_name(device)), Text(Api.ggml_backend_dev_description(device)));
            }
            Log.Ready(logger, Text(Api.llama_version()), Path.GetFileName(folder), Text(Api.llama_print_system_info()));
            return;
        }
        var reason = errors.Count == 0 ? "" : " " + string.Join("; ", errors) + ".";
        throw new LlamaException(LlamaErrorKind.NativesMissing,
            $"llama.cpp's libraries are not under {root}.{reason} The build restores them with npm (Node.js 20 or newer): build again without -p:LlamaNatives=skip, for this operating system and processor.");
    }

    /// <summary>GPU packages first; they hold a CPU build too, but load only where their own dependencies are installed.</summary>
    private static IEnumerable<string> Candidates(string root) => !Directory.Exists(root)
        ? []
        : Directory.GetDirectories(root).OrderBy(f => Rank(Path.GetFileName(f))).ThenBy(f => f, StringComparer.Ordinal);

    private static int Rank(string package) =>
        package.EndsWith("-cuda", StringComparison.Ordinal) ? 0 : package.EndsWith("-vulkan", StringComparison.Ordinal) ? 1 : 2;

    private static bool TryLoad(string folder, List<string> errors)
    {
        var handles = new Dictionary<string, nint>();
        // In the order of their dependencies, by full path: no search path of the system takes part.
        foreach (var name in (string[])[Api.GgmlBase, Api.Ggml, Api.Llama])
        {
            var file = FindLibrary(folder, name);
            if (file is null || !NativeLibrary.TryLoad(file, out var handle))
            {
                errors.Add(file is null ? $"{Path.GetFileName(folder)} has no {name} library" : $"{Path.GetFileName(file)} could not be loaded");
                foreach (var loaded in handles.Values) NativeLibrary.Free(loaded);
                return false;
            }
            handles[name] = handle;
        }
        foreach (var (name, handle) in handles) Loaded[name] = handle;
        return true;
    }

    /// <summary>Names carry backend and version: libllama.v0.5.0.so, libllama.cuda.v0.5.0.so, llama.v0.5.0.dll.</summary>
    private static string? FindLibrary(string folder, string name)
    {
        var stem = OperatingSystem.IsWindows() ? name : "lib" + name;
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Directory.GetFiles(folder, stem + ".*")
            .Where(f => f.EndsWith(extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => Loaded.GetValueOrDefault(name);

    private static void CheckVersion()
    {
        var version = Text(Api.llama_version());
        if (!version.StartsWith(Version, StringComparison.Ordinal))
            throw Mismatch($"llama.cpp {version} was found in {Folder}, and this binding is for {Version}");
    }

    /// <summary>Defaults at known places prove the layouts; an unlike one would crash later and far away.</summary>
    private static void CheckLayouts()
    {
        var model = Api.llama_model_default_params();
        var context = Api.llama_context_default_params();
        var pool = Api.ggml_threadpool_params_default(3);
        if (model is not { GpuLayers: -1, SplitMode: 1, LoadMode: -1, UseExtraBuffers: true, VocabOnly: false, LoadMtp: false })
            throw Mismatch("llama_model_params is laid out differently");
        if (context is not { Context: 512, Batch: 2048, MicroBatch: 512, MaxSequences: 1, FlashAttention: -1, DefragThreshold: -1f, TypeK: 1, TypeV: 1, OffloadKqv: true, SwaFull: true, KvUnified: false, SamplerCount: 0 })
            throw Mismatch("llama_context_params is laid out differently");
        if (pool is not { Threads: 3, Poll: 50 })
            throw Mismatch("ggml_threadpool_params is laid out differently");
    }

    private static LlamaException Mismatch(string what) =>
        new(LlamaErrorKind.NativesMismatch, $"{what}. Delete artifacts/natives and the output's runtimes/llama folder, and build again.");

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static partial class Log
    {
        [LoggerMessage(EventId = 2, EventName = "LlamaReady", Level = LogLevel.Information, Message = "llama.cpp {Version} loaded from {Package}: {SystemInfo}")]
        public static partial void Ready(ILogger logger, string version, string package, string systemInfo);

        [LoggerMessage(EventId = 3, EventName = "LlamaDevice", Level = LogLevel.Information, Message = "llama.cpp device {Device}: {Description}")]
        public static partial void Device(ILogger logger, string device, string description);
    }
}
