using BotHub.Core.Context;
using BotHub.Core.Models;
using BotHub.Llama;
using BotHub.Models.Catalogue;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>
/// Makes models that run in this process. A file that the configuration names must work; one that was found or downloaded
/// may fail, and then the hub goes on without a language model.
/// </summary>
internal sealed partial class LlamaModelFactory(ModelLocator locator, ILoggerFactory loggers) : ILanguageModelFactory
{
    private readonly ILogger _logger = loggers.CreateLogger<LlamaModelFactory>();

    /// <inheritdoc />
    public string Type => LlamaEntry.LlamaType;

    /// <inheritdoc />
    public async Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken)
    {
        var llama = (LlamaEntry)entry;
        switch (await locator.LocateAsync(llama, cancellationToken))
        {
            case ModelLocation.Found(var path, var notice):
                if (notice is not null)
                    Log.Notice(_logger, llama.Name, notice);
                // Reading a gigabyte takes a while, and loading is a native call that does not yield.
                return await Task.Run(() => Load(llama, path, notice), cancellationToken);
            case ModelLocation.Missing(var reason):
                return new ModelCreation.Unavailable(reason);
            case ModelLocation.Misconfigured(var error):
                return new ModelCreation.Misconfigured(error);
            default:
                throw new InvalidOperationException("Unknown location of a model.");
        }
    }

    private ModelCreation Load(LlamaEntry entry, string path, string? notice)
    {
        LlamaModel? model = null;
        try
        {
            model = LlamaModel.Load(new LlamaModelOptions { Path = path, GpuLayers = entry.GpuLayers }, loggers);
            var engine = Engine(entry, model);
            return new ModelCreation.Ready(new NamedModel(
                entry.Name, Type, new LocalClient(new ThoughtSplitter(new LlamaChatClient(engine)), engine, model), new Meter(model.Tokenizer, engine.ContextPerSlot),
                entry.MaxTokens < engine.ContextPerSlot ? entry.MaxTokens : engine.ContextPerSlot / 2,
                ModelCatalogue.OfFile(path)?.Title ?? $"{model.Name} ({Path.GetFileName(path)})",
                notice) { InHouse = true });
        }
        catch (LlamaException e)
        {
            model?.Dispose();
            return entry.Path is null && entry.Model == LlamaEntry.Auto
                ? new ModelCreation.Unavailable(e.Message)
                : new ModelCreation.Misconfigured($"Models:{entry.Name} cannot be loaded: {e.Message}");
        }
    }

    /// <summary>Starts the engine with as much of the wished context and slots as model and memory allow.</summary>
    private LlamaEngine Engine(LlamaEntry entry, LlamaModel model)
    {
        var context = Math.Min(entry.Context, model.TrainedContext);
        if (context < entry.Context)
            Log.ContextLowered(_logger, entry.Name, entry.Context, context, model.Name);
        // The host's own threads share the cores, and one llama.cpp thread without a core stalls all the others at every step.
        var threads = entry.Threads > 0 ? entry.Threads : Math.Max(1, Environment.ProcessorCount - 1);
        for (var slots = entry.Slots; ; slots /= 2)
        {
            try
            {
                return new LlamaEngine(
                    model,
                    new LlamaEngineOptions { Slots = slots, ContextPerSlot = context, DecodeThreads = threads, BatchThreads = threads },
                    loggers);
            }
            catch (LlamaException e) when (e.Kind == LlamaErrorKind.OutOfMemory && slots > 1)
            {
                Log.SlotsLowered(_logger, entry.Name, slots, slots / 2, e.Message);
            }
        }
    }

    private sealed class Meter(LlamaTokenizer tokenizer, int contextLength) : ITokenMeter
    {
        public int ContextLength => contextLength;

        /// <summary>A template may treat its first or last message in its own way, and tokens may reach over a border.</summary>
        public bool Adds => false;

        public int Count(IReadOnlyList<ChatMessage> prompt) => tokenizer.CountPrompt(prompt);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelNotice", Level = LogLevel.Warning, Message = "Model {Model}: {Notice}")]
        public static partial void Notice(ILogger logger, string model, string notice);

        [LoggerMessage(EventName = "ModelContextLowered", Level = LogLevel.Warning, Message = "Models:{Model}:Context is {Asked}; it is lowered to {Context}, for which {Name} was trained")]
        public static partial void ContextLowered(ILogger logger, string model, int asked, int context, string name);

        [LoggerMessage(EventName = "ModelSlotsLowered", Level = LogLevel.Warning, Message = "Models:{Model}:Slots is lowered from {Asked} to {Slots}: {Reason}")]
        public static partial void SlotsLowered(ILogger logger, string model, int asked, int slots, string reason);
    }
}
