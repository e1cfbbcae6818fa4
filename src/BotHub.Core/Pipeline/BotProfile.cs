using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>What people are told about whom they talk with.</summary>
public sealed class BotProfile(IModelDirectory models, IPromptLibrary prompts)
{
    private NamedModel Current => models.Get(prompts.Get(null).Model);

    /// <summary>The model that answers, in words.</summary>
    public string Model => Current.Description;

    /// <summary>Set when no language model is loaded, with what to do about it.</summary>
    public string? Notice => Current.Notice;
}
