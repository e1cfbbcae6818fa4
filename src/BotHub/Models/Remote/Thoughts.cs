#pragma warning disable SCME0001 // JsonPatch is marked as experimental; it is the SDK's only way to fields that it does not name.
using System.Text.Json;
using OpenAI.Chat;

namespace BotHub.Models.Remote;

/// <summary>
/// What a model thinks, where a server tells it in the field <c>reasoning</c> (Ollama, newer vLLM). The library knows only
/// <c>reasoning_content</c> (DeepSeek, llama-server); without this a thinking model would seem to be silent.
/// </summary>
internal static class Thoughts
{
    /// <summary>Null where there is none.</summary>
    public static string? Of(StreamingChatCompletionUpdate chunk)
    {
        if (!chunk.Patch.TryGetJson("$.choices[0].delta.reasoning"u8, out var json)) return null;
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
