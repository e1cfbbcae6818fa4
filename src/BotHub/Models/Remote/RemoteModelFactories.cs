namespace BotHub.Models.Remote;

/// <summary>Makes the models of <c>azure-openai</c>.</summary>
internal sealed class AzureOpenAIModelFactory(RemoteModels models) : ILanguageModelFactory
{
    public string Type => RemoteEntry.AzureType;

    public Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken) => Task.FromResult(models.Create((RemoteEntry)entry));
}

/// <summary>Makes the models of <c>openai-compatible</c>.</summary>
internal sealed class CompatibleModelFactory(RemoteModels models) : ILanguageModelFactory
{
    public string Type => RemoteEntry.CompatibleType;

    public Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken) => Task.FromResult(models.Create((RemoteEntry)entry));
}
