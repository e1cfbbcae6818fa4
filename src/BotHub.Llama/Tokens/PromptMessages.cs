using Microsoft.Extensions.AI;

namespace BotHub.Llama;

/// <summary>Chat messages reduced to what a chat template takes: a role and a text each.</summary>
internal readonly record struct PromptMessages(string[] Roles, string[] Texts)
{
    internal const string Assistant = "assistant";

    /// <exception cref="LlamaException">A message holds something other than text, or has a role that templates do not know.</exception>
    internal static PromptMessages From(IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0)
            throw new LlamaException(LlamaErrorKind.InvalidRequest, "There are no messages to answer. Send at least one.");
        var roles = new string[messages.Count];
        var texts = new string[messages.Count];
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            foreach (var content in message.Contents)
            {
                // Reasoning and usage are what a model reported earlier, not something to tell it.
                if (content is not (TextContent or TextReasoningContent or UsageContent))
                    throw new LlamaException(LlamaErrorKind.InvalidRequest, $"The local model reads text only, and message {i + 1} holds {content.GetType().Name}. Turn it into text first, or use a model that takes it.");
            }
            var role = message.Role;
            if (role != ChatRole.System && role != ChatRole.User && role != ChatRole.Assistant)
                throw new LlamaException(LlamaErrorKind.InvalidRequest, $"The local model knows the roles system, user and assistant, and message {i + 1} is from '{role.Value}'.");
            roles[i] = role.Value.ToLowerInvariant();
            texts[i] = message.Text;
        }
        return new PromptMessages(roles, texts);
    }
}
