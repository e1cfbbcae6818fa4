using System.Text.Json;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>
/// The documented shape of a chat completion request, and what a family of models refuses (platform.openai.com/docs/api-reference/chat,
/// learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning).
/// </summary>
internal static class RequestRules
{
    private static readonly HashSet<string> _known =
    [
        "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "n", "seed", "user",
        "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "response_format", "tools", "tool_choice",
        "parallel_tool_calls", "reasoning_effort", "verbosity", "store", "metadata", "modalities", "service_tier", "prediction",
        "prompt_cache_key", "safety_identifier",
    ];

    private static readonly HashSet<string> _roles = ["system", "developer", "user", "assistant", "tool"];

    /// <summary>Null when everything is as documented.</summary>
    public static Refused? Check(JsonElement body, FakeDeployment deployment)
    {
        foreach (var property in body.EnumerateObject())
            if (!_known.Contains(property.Name)) return Refused.Bad($"Unrecognized request argument supplied: {property.Name}");
        return Messages(body, deployment.Family) ?? Numbers(body) ?? Streaming(body) ?? (deployment.Family == FakeFamily.Chat ? null : Reasoning(body, deployment.Name));
    }

    private static Refused? Messages(JsonElement body, FakeFamily family)
    {
        if (!body.TryGetProperty("messages", out var messages)) return Refused.Bad("Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0) return Refused.Bad("Invalid 'messages': empty array. Expected an array with minimum length 1.", "messages", "empty_array");
        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var where = $"messages[{at++}]";
            var role = message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out var r) ? r.GetString() : null;
            if (role is null || !_roles.Contains(role)) return Refused.Bad($"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.", $"{where}.role", "invalid_value");
            if (family == FakeFamily.EarlyReasoning && (role is "system" or "developer"))
                return Refused.Bad($"Unsupported value: '{where}.role' does not support '{role}' with this model.", $"{where}.role", "unsupported_value");
            if (!Content(message, role)) return Refused.Bad($"Invalid type for '{where}.content': expected one of a string or array of objects.", $"{where}.content", "invalid_type");
        }

        return null;
    }

    private static bool Content(JsonElement message, string role)
    {
        if (!message.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.Null) return role == "assistant" && message.TryGetProperty("tool_calls", out _);
        return content.ValueKind == JsonValueKind.String || (content.ValueKind == JsonValueKind.Array && content.GetArrayLength() > 0 && content.EnumerateArray().All(p => p.ValueKind == JsonValueKind.Object && p.TryGetProperty("type", out _)));
    }

    private static Refused? Numbers(JsonElement body)
    {
        if (body.TryGetProperty("max_tokens", out _) && body.TryGetProperty("max_completion_tokens", out _))
            return Refused.Bad("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination");
        foreach (var (name, least, most) in new[] { ("max_tokens", 1.0, 1e7), ("max_completion_tokens", 1.0, 1e7), ("temperature", 0.0, 2.0), ("top_p", 0.0, 1.0), ("presence_penalty", -2.0, 2.0), ("frequency_penalty", -2.0, 2.0) })
        {
            if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) continue;
            if (value.ValueKind != JsonValueKind.Number || value.GetDouble() < least || value.GetDouble() > most)
                return Refused.Bad($"Invalid '{name}': expected a number from {least} to {most}.", name, "invalid_value");
        }

        return null;
    }

    private static Refused? Streaming(JsonElement body) =>
        body.TryGetProperty("stream_options", out _) && !(body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True)
            ? Refused.Bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
            : null;

    private static Refused? Reasoning(JsonElement body, string model)
    {
        if (body.TryGetProperty("max_tokens", out _)) return Refused.Bad("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter");
        foreach (var name in new[] { "temperature", "top_p" })
            if (body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() != 1)
                return Refused.Bad($"Unsupported value: '{name}' does not support {value} with this model. Only the default (1) value is supported.", name, "unsupported_value");
        foreach (var name in new[] { "stop", "presence_penalty", "frequency_penalty", "logprobs", "logit_bias" })
            if (body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                return Refused.Bad($"Unsupported parameter: '{name}' is not supported with this model ({model}).", name, "unsupported_parameter");
        return null;
    }
}
