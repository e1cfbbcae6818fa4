using System.Net;
using Telegram.Bot.Exceptions;

namespace BotHub.Channels.Telegram;

/// <summary>
/// What the errors of a Bot API server mean. Its texts are no contract, yet nothing else tells most of them apart; they are those in the
/// source of github.com/tdlib/telegram-bot-api, and what bots report of the servers behind it.
/// </summary>
internal static class CallErrors
{
    private static readonly (CallOutcome Outcome, string[] Texts)[] _refusals =
    [
        (CallOutcome.Done, ["message is not modified"]),
        (CallOutcome.Dead, ["chat not found", "peer_id_invalid", "user not found", "user_deactivated", "chat_id_invalid"]),
        (CallOutcome.NoThread, ["thread not found", "topic_deleted", "topic_id_invalid"]),
        (CallOutcome.NoReplyTarget, ["message to be replied not found", "replied message not found", "message to reply not found", "reply message not found"]),
        (CallOutcome.NoMessage, ["message to edit not found", "message can't be edited", "message to delete not found", "message can't be deleted", "message_id_invalid", "message identifier is not specified", "message_author_required"]),
        (CallOutcome.Empty, ["text is empty", "must be non-empty"]),
        (CallOutcome.Forbidden, ["rights", "chat_write_forbidden", "topic_closed", "chat_restricted", "user_banned_in_channel"]),
    ];

    /// <summary>What these errors mean depends on the call.</summary>
    /// <param name="recent">Not every server in use knows the method.</param>
    /// <returns>Null when the exception says nothing about a call.</returns>
    public static CallResult? Read(Exception e, bool recent) => e switch
    {
        ApiRequestException api => Read(api, recent),
        RequestException request => Read(request),
        HttpRequestException http => new(Unsent(http) ? CallOutcome.NotSent : CallOutcome.Unknown, Reason: http.HttpRequestError.ToString()),
        OperationCanceledException => new(CallOutcome.Unknown, Reason: "no answer in time"),
        _ => null,
    };

    private static CallResult Read(ApiRequestException e, bool recent)
    {
        if (e.Parameters?.MigrateToChatId is { } chat) return new(CallOutcome.Moved, MovedTo: chat, Reason: e.Message);
        return e.ErrorCode switch
        {
            429 => new(CallOutcome.Later, Wait: TimeSpan.FromSeconds(Math.Max(1, e.Parameters?.RetryAfter ?? 1)), Reason: e.Message),
            401 => new(CallOutcome.Unauthorized, Reason: e.Message),
            403 => new(CallOutcome.Dead, Reason: e.Message),
            // Telegram's own server answers so to an unknown method and to an unknown token alike.
            404 => new(recent ? CallOutcome.Unsupported : CallOutcome.Unauthorized, Reason: e.Message),
            >= 500 => new(CallOutcome.ServerError, Reason: e.Message),
            _ => new(Refusal(e.Message), Reason: e.Message),
        };
    }

    private static CallOutcome Refusal(string text)
    {
        foreach (var (outcome, texts) in _refusals)
            if (Says(text, texts)) return outcome;
        return CallOutcome.Malformed;
    }

    private static bool Says(string text, string[] any)
    {
        foreach (var one in any)
            if (text.Contains(one, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static CallResult Read(RequestException e) => e.HttpStatusCode switch
    {
        HttpStatusCode.TooManyRequests => new(CallOutcome.Later, Wait: TimeSpan.FromSeconds(5), Reason: e.Message),
        >= HttpStatusCode.InternalServerError => new(CallOutcome.ServerError, Reason: $"{(int)e.HttpStatusCode}"),
        >= HttpStatusCode.BadRequest => new(CallOutcome.Malformed, Reason: $"{(int)e.HttpStatusCode}"),
        _ => new(e.InnerException is HttpRequestException http && Unsent(http) ? CallOutcome.NotSent : CallOutcome.Unknown, Reason: e.Message),
    };

    private static bool Unsent(HttpRequestException e) => e.HttpRequestError is
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
}
