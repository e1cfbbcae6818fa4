using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Identity;
using BotHub.Core.Models;

namespace BotHub.Models.Remote;

/// <summary>
/// Turns what the SDK throws into errors of ours. The provider's sentences stay behind, as they may repeat what people wrote or a part
/// of the key; its status, codes and request id are told.
/// </summary>
internal static partial class ProviderError
{
    private const string RetryMilliseconds = "retry-after-ms", RetrySeconds = "Retry-After", RequestId = "apim-request-id", OtherRequestId = "x-request-id";

    /// <summary>Null when the exception is none of a call's: it goes on as it is.</summary>
    public static Exception? Translate(Exception e, string model, TimeProvider clock) => e switch
    {
        ModelCallException or ModelRefusedException or OperationCanceledException => null,
        ClientResultException result => OfStatus(result, model, clock),
        AuthenticationFailedException => new ModelCallException(ModelFault.Credentials, $"Models:{model}: no token could be had from Entra ({e.GetType().Name}); set Models:{model}:Key, or give this host an identity."),
        HttpRequestException http => NoConnection(http, model),
        IOException => new ModelCallException(ModelFault.Unreachable, $"Models:{model}: the connection broke."),
        _ => new ModelCallException(ModelFault.Malformed, $"Models:{model}: what came is no answer ({e.GetType().Name})."),
    };

    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static Exception OfStatus(ClientResultException e, string model, TimeProvider clock)
    {
        var response = e.GetRawResponse();
        // A request that got no answer at all has no status.
        if (response is null || e.Status == 0) return NoConnection(e.InnerException as HttpRequestException, model);
        var error = Error(response);
        if (error is { } json && e.Status == 400 && FilterAnnotations.Of(json) is { } verdict) return new ModelRefusedException(verdict);
        var code = error is { } named ? Text(named, "code") ?? Text(named, "type") : null;
        var fault = e.Status switch
        {
            401 or 403 => ModelFault.Credentials,
            404 => ModelFault.NotFound,
            408 => ModelFault.TimedOut,
            429 => code is "insufficient_quota" ? ModelFault.Quota : ModelFault.Busy,
            >= 500 => ModelFault.Server,
            400 or 413 when error is { } told && IsTooLong(told, code) => ModelFault.ContextExceeded,
            _ => ModelFault.BadRequest,
        };
        var parameter = error is { } detailed ? Text(detailed, "param") : null;
        return new ModelCallException(fault, $"Models:{model} answered {e.Status.ToString(CultureInfo.InvariantCulture)}{Told("code", code)}{Told("parameter", parameter)}{Told("request", Header(response, RequestId) ?? Header(response, OtherRequestId))}.", RetryAfter(response, clock));
    }

    /// <summary>OpenAI and Azure have a code for it, llama.cpp a type, vLLM and LM Studio only words, which are looked at and not told.</summary>
    private static bool IsTooLong(JsonElement error, string? code) =>
        code is "context_length_exceeded" or "exceed_context_size_error" || (Text(error, "message") is { } words && TooLong().IsMatch(words));

    private static ModelCallException NoConnection(HttpRequestException? e, string model) =>
        new(ModelFault.Unreachable, $"Models:{model}: the connection failed ({e?.HttpRequestError ?? HttpRequestError.Unknown}).");

    private static JsonElement? Error(PipelineResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            return Member(document.RootElement, "error")?.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Gateways answer with pages of their own; and what was not read cannot be told.
            return null;
        }
    }

    /// <summary>How long to wait: in milliseconds (Azure), in seconds, or up to a date (RFC 9110, 10.2.3).</summary>
    private static TimeSpan? RetryAfter(PipelineResponse response, TimeProvider clock)
    {
        if (double.TryParse(Header(response, RetryMilliseconds), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)) return Wait(milliseconds / 1000);
        if (Header(response, RetrySeconds) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) return Wait(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? Wait((date - clock.GetUtcNow()).TotalSeconds) : null;
    }

    /// <summary>A day is as good as any longer time.</summary>
    private static TimeSpan? Wait(double seconds) => double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400));

    private static string? Header(PipelineResponse response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Only plain names are told on.</summary>
    private static string Told(string what, string? value) => value is not null && Plain().IsMatch(value) ? $", {what} {value}" : "";

    [GeneratedRegex("maximum context length|context length of only|context size has been exceeded", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TooLong();

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
