namespace BotHub.FakeOpenAI;

/// <summary>How a fake starts.</summary>
public sealed record FakeOpenAIOptions
{
    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The key of all three addresses; Entra's tokens are <see cref="Token"/>.</summary>
    public string Key { get; init; } = "fake-key-0123456789abcdef";

    /// <summary>What Azure takes as <c>Authorization: Bearer</c> beside the key.</summary>
    public string Token { get; init; } = "fake-entra-token";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What it allows; null: everything.</summary>
    public Limits.FakeLimits? Limits { get; init; }

    /// <summary>Requests kept for looking at; the oldest go first.</summary>
    public int KeptRequests { get; init; } = 1000;
}

/// <summary>What a deployment's model takes and refuses.</summary>
public enum FakeFamily
{
    /// <summary>As gpt-4o: sampling, system and developer role, <c>max_tokens</c> or <c>max_completion_tokens</c>.</summary>
    Chat,
    /// <summary>As o3: no sampling, no stop, no <c>max_tokens</c>.</summary>
    Reasoning,
    /// <summary>As o1-mini: the same, and neither system nor developer role.</summary>
    EarlyReasoning,
}

/// <param name="Name">The deployment in Azure's address, the model elsewhere.</param>
/// <param name="Model">What answers say they come from.</param>
/// <param name="Thoughts">Sent before the answer as deltas of their own.</param>
/// <param name="ThoughtField"><c>reasoning_content</c> (vLLM, DeepSeek) or <c>reasoning</c> (Ollama); null: thoughts only count (OpenAI).</param>
public sealed record FakeDeployment(string Name, string Model, FakeFamily Family = FakeFamily.Chat, string? Thoughts = null, string? ThoughtField = null);
