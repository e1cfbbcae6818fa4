using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>What people are told about whom they talk with.</summary>
public sealed class BotProfile(IModelDirectory models, IPromptLibrary prompts)
{
    /// <summary>The model that answers: in words, and what to do where no language model is loaded.</summary>
    public (string Model, string? Notice) Of(BotChoice choice)
    {
        var model = models.Get(choice.Model ?? prompts.Get(choice.Persona).Model);
        return (model.Description, model.Notice);
    }
}
