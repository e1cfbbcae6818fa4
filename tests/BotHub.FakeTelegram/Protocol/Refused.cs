namespace BotHub.FakeTelegram;

/// <summary>An answer with <c>ok: false</c>.</summary>
internal sealed class Refused(int code, string description) : Exception(description)
{
    public int Code { get; } = code;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; private init; }

    public long? MigrateTo { get; private init; }

    public static Refused Bad(string text) => new(400, "Bad Request: " + text);

    public static Refused Forbidden(string text) => new(403, "Forbidden: " + text);

    public static Refused Conflict(string text) => new(409, "Conflict: " + text);

    public static Refused Unknown(ReadOnlySpan<char> token) => new(401, token.Contains(':') ? "Unauthorized" : "Unauthorized: invalid token specified");

    public static Refused TooMany(int seconds) =>
        new(429, $"Too Many Requests: retry after {seconds}") { RetryAfter = seconds };

    public static Refused Moved(long to) =>
        new(400, "Bad Request: group chat was upgraded to a supergroup chat") { MigrateTo = to };
}
