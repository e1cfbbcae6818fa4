#pragma warning disable SCME0001 // JsonPatch is marked as experimental; it is the SDK's only way to fields that it does not name.
using System.Text.Json;
using System.Text.RegularExpressions;
using BotHub.Core.Models;
using OpenAI.Chat;

namespace BotHub.Models.Remote;

/// <summary>
/// Reads the judgements of Azure's content filter: in the error of a prompt that was blocked, beside the text of a stream, and, with
/// the asynchronous filter, in chunks of their own (learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming).
/// A category that was only noticed does not count, one that was filtered does.
/// </summary>
internal static partial class FilterAnnotations
{
    /// <summary>Null where nothing was filtered.</summary>
    public static ContentVerdict? Of(StreamingChatCompletionUpdate chunk)
    {
        if (chunk.Patch.TryGetJson("$.prompt_filter_results"u8, out var prompts) && Filtered(prompts) is { Count: > 0 } asked) return new(ContentSide.Prompt, asked);
        var judged = chunk.Patch.TryGetJson("$.choices[0].content_filter_results"u8, out var results) ? Filtered(results) : null;
        return judged is { Count: > 0 } || chunk.FinishReason == ChatFinishReason.ContentFilter ? new(ContentSide.Answer, judged ?? []) : null;
    }

    /// <summary>Null when the error is none of the content filter's.</summary>
    public static ContentVerdict? Of(JsonElement error) =>
        ProviderError.Text(error, "code") == "content_filter" || (ProviderError.Member(error, "innererror") is { } inner && ProviderError.Text(inner, "code") == "ResponsibleAIPolicyViolation")
            ? new(ContentSide.Prompt, [.. Names(error)])
            : null;

    private static List<string>? Filtered(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. Names(document.RootElement)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The names of all objects, however deep, that say <c>"filtered": true</c>; what is no plain name is left out.</summary>
    private static IEnumerable<string> Names(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().SelectMany(Names).Distinct();
        if (element.ValueKind != JsonValueKind.Object) return [];
        return element.EnumerateObject()
            .SelectMany(p => IsFiltered(p.Value) && Plain().IsMatch(p.Name) ? [p.Name] : Names(p.Value))
            .Distinct();
    }

    /// <summary>Blocklists are told as one object, or as a list of those that were hit.</summary>
    private static bool IsFiltered(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.Object && IsFiltered(e))
            : value.ValueKind == JsonValueKind.Object && value.TryGetProperty("filtered", out var filtered) && filtered.ValueKind == JsonValueKind.True;

    [GeneratedRegex("^[a-z_]{1,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
