using BotHub.Core.Models;

namespace BotHub.Models;

/// <summary>Makes the models of one type.</summary>
internal interface ILanguageModelFactory
{
    /// <summary>The type as in <c>Models:NAME:Type</c>.</summary>
    string Type { get; }

    /// <summary>Loads a model; called once for each entry, before the hub accepts requests.</summary>
    Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken);
}

/// <summary>What became of an entry.</summary>
internal abstract record ModelCreation
{
    private ModelCreation()
    {
    }

    /// <summary>The model answers.</summary>
    internal sealed record Ready(NamedModel Model) : ModelCreation;

    /// <summary>It cannot be had here and now, through no fault of the configuration: eliza takes its place.</summary>
    internal sealed record Unavailable(string Reason) : ModelCreation;

    /// <summary>The configuration is wrong: the hub does not start.</summary>
    internal sealed record Misconfigured(string Error) : ModelCreation;
}
