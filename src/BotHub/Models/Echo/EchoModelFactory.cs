using BotHub.Core.Models;

namespace BotHub.Models.Echo;

/// <summary>Makes echo.</summary>
internal sealed class EchoModelFactory(TimeProvider time) : ILanguageModelFactory
{
    /// <summary>Words of context; generous, as only the last message counts.</summary>
    private const int ContextWords = 32_768;

    private const int MaxWords = 16_384;

    /// <inheritdoc />
    public string Type => EchoEntry.EchoType;

    /// <inheritdoc />
    public Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken) =>
        Task.FromResult<ModelCreation>(new ModelCreation.Ready(new NamedModel(
            entry.Name, Type, new EchoChatClient(((EchoEntry)entry).Options, time), new WordMeter(ContextWords), MaxWords,
            "echo: repeats what you say; for trying channels and for load tests") { InHouse = true }));
}
