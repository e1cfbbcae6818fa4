using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>What people are told about whom they talk with.</summary>
public sealed class BotProfile(ModelPolicy policy)
{
    /// <summary>The model that answers: in words, and what to do where no language model is loaded.</summary>
    public (string Model, string? Notice) Of(BotChoice choice)
    {
        var persona = policy.PersonaOf(choice);
        var route = policy.Usual(choice, persona);
        var data = ModelPolicy.DataOf(choice, persona);
        var model = route.Models.FirstOrDefault(m => data == DataClass.Open || m.InHouse) ?? route.Models[0];
        return (model.Description, model.Notice);
    }
}
