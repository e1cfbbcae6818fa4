namespace BotHub.Operations;

/// <summary>The words of the OpenAPI document. What they promise is kept by the rooms; docs/web-api.md tells it at length.</summary>
internal static class ContractTexts
{
    public const string About = """
        Chat with a self-hosted bot. Create a conversation, follow its events, post messages: each is answered once, in order, even
        across restarts of the hub. The names of events and their fields are AG-UI's.

        Errors are `application/problem+json` (RFC 9457) with a `traceId` for the operator and a stable `code` for programs. Times are
        ISO 8601 in UTC. Fields may be added; clients ignore what they do not know.
        """;

    public const string Token =
        "The token that came with the conversation. It opens exactly that conversation; somebody else's looks as if it did not exist.";

    public const string Key = "The operators' key of `Usage:ApiKey`.";

    /// <summary>By method and path.</summary>
    public static readonly IReadOnlyDictionary<string, (string Id, string Summary, string Description)> Operations = new Dictionary<string, (string, string, string)>
    {
        ["POST /api/chat/conversations"] = (
            "createConversation",
            "Begin a conversation",
            "For anonymous visitors, limited per address. The body may be left out. `bot.notice` is set when no language model is loaded; show it."),
        ["POST /api/chat/conversations/{conversation}/messages"] = (
            "postMessage",
            "Say something",
            "Answers 202 once the message is durable; the reply comes as events. `id` is the client's idempotency key: the same id again gives the same answer and no second turn, so repeat the call with the same id whenever its outcome is unknown."),
        ["GET /api/chat/conversations/{conversation}/messages"] = (
            "readMessages",
            "Read the transcript",
            "Oldest first. Without `before` the newest page, with what is queued or being answered at its end. `more` says that older messages exist: ask for them with `before` set to the id of the first message held."),
        ["GET /api/chat/conversations/{conversation}/events"] = (
            "followEvents",
            "Follow the conversation",
            "A server-sent event stream. Each event has a growing `id` and one JSON object as `data` with a `type`: RUN_STARTED, TEXT_MESSAGE_START, TEXT_MESSAGE_CONTENT, TEXT_MESSAGE_END, RUN_FINISHED, RUN_ERROR, MESSAGES_SNAPSHOT or CUSTOM. Without `after` and without a Last-Event-ID header it begins now; with one of them it first sends what was missed. A MESSAGES_SNAPSHOT replaces all that was shown. A comment line comes every 15 seconds. Closing the stream never cancels an answer."),
        ["POST /api/chat/conversations/{conversation}/stop"] = (
            "stopAnswer",
            "Stop the answer that is being written",
            "What was shown stays and is kept with the state `stopped`. Harmless when nothing is being answered."),
        ["GET /api/chat/conversations/{conversation}/turns/{turn}"] = (
            "readTurn",
            "Explain a turn",
            "The turn's context ledger: which parts went into the prompt with their token counts, what was left out and why, the model, the prompt's version, completion tokens and times. Kept for the newest turns only."),
        ["GET /api/usage"] = (
            "readUsage",
            "What did everybody use?",
            "For operators: `Usage:ApiKey` as a bearer token; without one in the settings nothing is here. A row for each day and each user, group, channel, tenant or model, in no order, as JSON or CSV. Money is exact to the billionth of the currency's unit."),
        ["GET /health/live"] = ("live", "Is the process alive?", "No checks at all: it answers as long as the process can."),
        ["GET /health/ready"] = (
            "ready",
            "Should this node be sent people?",
            "Checks the store (a round trip within 2 s), that a model is there, and that the node is not being drained. Read at most once a second."),
        ["GET /status"] = (
            "status",
            "What is going on?",
            "Version, store, models, channels, load and what was used, for people and dashboards; no secrets. 503, with what is known, while the store is away."),
    };

    public static readonly IReadOnlyDictionary<string, string> Parameters = new Dictionary<string, string>
    {
        ["conversation"] = "The conversation, as it was named when it was created.",
        ["turn"] = "The `turn` of a message or the `runId` of an event.",
        ["after"] = "The id of the last event that was seen. Overrules the Last-Event-ID header.",
        ["before"] = "The id of a message: only older ones are returned.",
        ["limit"] = "How many messages at most.",
        ["from"] = "The first day, such as 2026-01-31. The month's first if it is left out.",
        ["to"] = "The last day, at most 399 days later. Today if it is left out.",
        ["by"] = "`user`, `group`, `channel`, `tenant` or `model`. By tenant if it is left out.",
        ["format"] = "`json` or `csv`. JSON if it is left out.",
        ["tenant"] = "Only this tenant.",
    };

    /// <summary>By status code.</summary>
    public static readonly IReadOnlyDictionary<string, string> Answers = new Dictionary<string, string>
    {
        ["400"] = "The body or a parameter is not what it should be; `detail` says what to change.",
        ["401"] = "No token, or one that is forged or expired.",
        ["404"] = "No such conversation or turn for this token.",
        ["413"] = "The text or the body is too long.",
        ["429"] = "Too fast, or too much waits already. Repeat after `Retry-After` seconds.",
        ["503"] = "The store is away. Nothing was accepted; repeat after `Retry-After` seconds with the same id.",
    };
}
