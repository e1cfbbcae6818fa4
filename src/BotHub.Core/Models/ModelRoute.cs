namespace BotHub.Core.Models;

/// <summary>What a name of the section <c>Models</c> stands for: one model, or a chain of them in the order in which they are tried.</summary>
/// <param name="Name">The name that settings, personas and people use.</param>
/// <param name="Models">At least one.</param>
public sealed record ModelRoute(string Name, IReadOnlyList<NamedModel> Models)
{
    public static ModelRoute Of(NamedModel model) => new(model.Name, [model]);

    /// <summary>After a failure in the middle of an answer the next model goes on with it; else the answer ends there with a word.</summary>
    public bool Continue { get; init; } = true;

    /// <summary>What people are told they talk with.</summary>
    public string Description => Models[0].Description;
}
