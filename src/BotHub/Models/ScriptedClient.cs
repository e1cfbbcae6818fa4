using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>What the clients that answer by themselves have in common.</summary>
internal static class ScriptedClient
{
    /// <summary>Answers <see cref="IChatClient.GetService"/>: the client itself, or its metadata.</summary>
    public static object? Service(this IChatClient client, Type serviceType, object? serviceKey, string modelId) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("bothub", defaultModelId: modelId)
        : serviceType.IsInstanceOfType(client) ? client
        : null;
}
