using System.Text.Json;
using BotHub.Core.Conversations;
using Telegram.Bot.Exceptions;

namespace BotHub.Channels.Telegram;

/// <summary>What went wrong between the hub and a Bot API server, in words for operators: never an address or a token.</summary>
/// <param name="AtLeast">How long to leave the server alone.</param>
internal sealed record Trouble(string Problem, TimeSpan AtLeast = default, bool TokenRefused = false, bool WebhookIsSet = false)
{
    private static readonly TimeSpan Conflict = TimeSpan.FromSeconds(5), Refused = TimeSpan.FromMinutes(1);

    /// <summary>Null for what is no trouble with the server: bugs, and the end of the hub.</summary>
    public static Trouble? Of(Exception e) => e switch
    {
        ApiRequestException refusal => Of(refusal.ErrorCode, refusal.Message, refusal.Parameters?.RetryAfter ?? 0),
        RequestException { HttpStatusCode: { } status } => new Trouble($"the Bot API server answered with HTTP status {(int)status} and no JSON"),
        RequestException { InnerException: OperationCanceledException } or OperationCanceledException or TimeoutException => new Trouble("the Bot API server did not answer in time"),
        RequestException { InnerException: HttpRequestException inner } => Of(inner),
        RequestException => new Trouble("the Bot API server could not be asked"),
        HttpRequestException => new Trouble($"the Bot API server could not be asked ({Reason((HttpRequestException)e)})"),
        IOException => new Trouble("the connection to the Bot API server broke"),
        JsonException => new Trouble("the Bot API server's answer could not be read"),
        StoreUnavailableException => new Trouble("the store is away"),
        _ => null,
    };

    /// <param name="code">As in the answer's <c>error_code</c>.</param>
    /// <param name="retryAfter">In seconds.</param>
    public static Trouble Of(int code, string description, int retryAfter) => code switch
    {
        // 404 is the answer to a token of no bot's form.
        401 or 404 => new Trouble("Telegram refuses the token: it was revoked or is mistyped. Get the valid one from BotFather", Refused, TokenRefused: true),
        409 when description.Contains("webhook", StringComparison.OrdinalIgnoreCase) => new Trouble("a webhook is set for this bot, so its updates go there and nobody can poll", Conflict, WebhookIsSet: true),
        409 => new Trouble("another program polls with the same token and ends this hub's polls. Stop it, or give each its own bot", Conflict),
        429 => new Trouble($"Telegram wants to be left alone for {retryAfter} s", TimeSpan.FromSeconds(Math.Clamp(retryAfter, 1, 3600))),
        _ => new Trouble($"the Bot API server answered {code}: {description}"),
    };

    private static string Reason(HttpRequestException e) => e.StatusCode is { } status ? $"HTTP status {(int)status}" : e.HttpRequestError.ToString();
}
