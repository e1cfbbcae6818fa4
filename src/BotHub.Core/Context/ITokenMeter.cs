using Microsoft.Extensions.AI;

namespace BotHub.Core.Context;

/// <summary>Counts tokens as the model that will answer counts them, its chat template included.</summary>
public interface ITokenMeter
{
    /// <summary>The model's context in tokens: prompt and answer together must fit.</summary>
    int ContextLength { get; }

    /// <summary>Whether what a message adds to a prompt's count is the same in every prompt: then a prompt is counted by adding up what is known of its messages.</summary>
    bool Adds { get; }

    /// <summary>The exact number of tokens of the whole rendered prompt, the opening of the answer included.</summary>
    int Count(IReadOnlyList<ChatMessage> prompt);
}
