using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>Which models may answer in a conversation, which of them do, and what people may choose.</summary>
public sealed class ModelPolicy(IModelDirectory models, IPromptLibrary prompts)
{
    public Persona PersonaOf(BotChoice choice) => prompts.Get(choice.Persona);

    /// <summary>The stricter of what channel and persona say.</summary>
    public static DataClass DataOf(BotChoice choice, Persona persona) => choice.Data == DataClass.Internal || persona.Data == DataClass.Internal ? DataClass.Internal : DataClass.Open;

    /// <summary>The chain that answers where nobody has chosen another.</summary>
    public ModelRoute Usual(BotChoice choice, Persona persona) => models.Route(choice.Model ?? persona.Model);

    /// <summary>What people may choose here: what the channel offers, as far as it is there and may be told what they write.</summary>
    public IReadOnlyList<ModelRoute> Offered(BotChoice choice, Persona persona)
    {
        if (choice.Offered.Count == 0) return [];
        var data = DataOf(choice, persona);
        return [.. choice.Offered.Where(models.Knows).Select(models.Route).Where(route => route.Serves(data)).DistinctBy(route => route.Name)];
    }

    /// <summary>The chosen chain; null when it is no longer there or no longer allowed.</summary>
    public ModelRoute? Chosen(BotChoice choice, Persona persona, string name) =>
        Offered(choice, persona).FirstOrDefault(route => route.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
