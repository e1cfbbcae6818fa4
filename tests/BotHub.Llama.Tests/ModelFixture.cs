using Microsoft.Extensions.AI;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(BotHub.Llama.Tests.ModelFixture))]
// Engines take all cores; two at once would only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace BotHub.Llama.Tests;

/// <summary>The small real model, loaded once for all tests; without its file the tests that need it are skipped.</summary>
public sealed class ModelFixture : IDisposable
{
    private const string FileName = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private LlamaModel? _model;

    internal static string? Path { get; } = Find();

    internal LlamaModel Model
    {
        get
        {
            Assert.SkipWhen(Path is null, $"The model {FileName} is not in ../shared/models beside the repository.");
            return _model ??= LlamaModel.Load(new LlamaModelOptions { Path = Path });
        }
    }

    /// <summary>An engine with one thread: on a busy machine two spend their time waiting for each other.</summary>
    internal LlamaEngine Engine(LlamaEngineOptions? options = null) => new(Model, (options ?? new LlamaEngineOptions { Slots = 4, ContextPerSlot = 512 }) with
    {
        SnapshotBytes = options?.SnapshotBytes ?? 64 << 20,
        DecodeThreads = 1,
        BatchThreads = 1,
    });

    internal int[] Prompt(string text) => Model.Tokenizer.EncodePrompt([new ChatMessage(ChatRole.User, text)]);

    public void Dispose() => _model?.Dispose();

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "BotHub.sln"))) continue;
            var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.FullName, "..", "shared", "models", FileName));
            return File.Exists(file) ? file : null;
        }
        return null;
    }
}
