using Microsoft.Extensions.AI;

namespace BotHub.Core.Context;

/// <summary>Counts tokens as the model that will answer counts them, its chat template included.</summary>
public interface ITokenMeter
{
    /// <summary>The model's context in tokens: prompt and answer together must fit.</summary>
    int ContextLength { get; }

    /// <summary>The exact number of tokens of the whole rendered prompt, the opening of the answer included.</summary>
    int Count(IReadOnlyList<ChatMessage> prompt);
}
