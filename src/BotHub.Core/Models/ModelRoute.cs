namespace BotHub.Core.Models;

/// <summary>What a name of the section <c>Models</c> stands for: one model, or a chain of them in the order in which they are tried.</summary>
/// <param name="Name">The name that settings, personas and people use.</param>
/// <param name="Models">At least one; each once.</param>
public sealed record ModelRoute(string Name, IReadOnlyList<NamedModel> Models)
{
    /// <summary>What people are told they talk with.</summary>
    public string Description { get; init; } = Models[0].Description;

    /// <summary>After a failure in the middle of an answer the next model goes on with it; else the answer ends there with a word.</summary>
    public bool Continue { get; init; } = true;

    /// <summary>A model whose queue is likely to take longer is passed over for the next one. Null: the queue is waited for.</summary>
    public TimeSpan? QueueTime { get; init; }

    /// <summary>A model out of the house on which as much was spent today is passed over. Null: no limit.</summary>
    public decimal? CostPerDay { get; init; }

    public static ModelRoute Of(NamedModel model) => new(model.Name, [model]);

    /// <summary>Some model of the chain may be told what belongs to this class.</summary>
    public bool Serves(DataClass data) => data == DataClass.Open || Models.Any(m => m.InHouse);
}
