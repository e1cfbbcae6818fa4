namespace BotHub.Core.Models;

/// <summary>Who may see what people write.</summary>
public enum DataClass
{
    /// <summary>Any configured model.</summary>
    Open,
    /// <summary>Models that run in the operator's own house only: <see cref="NamedModel.InHouse"/>.</summary>
    Internal,
}

/// <summary>A model was about to be given what it may not see. It is a mistake of the hub, and nothing was sent.</summary>
public sealed class ModelForbiddenException(string model)
    : Exception($"Models:{model} does not run in the house, and this conversation may not leave it. Nothing was sent.");
