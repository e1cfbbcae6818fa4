namespace BotHub.FakeTelegram;

/// <summary>A call answered with an error. <paramref name="RetryAfter"/> in seconds, for 429 only.</summary>
public sealed record Refusal(DateTimeOffset At, long BotId, string Method, long? ChatId, int Code, string Description, int? RetryAfter);

/// <summary>A call into an open penalty window: what a bot must never do.</summary>
public sealed record Violation(DateTimeOffset At, long BotId, long? ChatId, string Method, TimeSpan Left);

/// <summary>The bot may not write into the chat (null: anywhere) before <paramref name="Until"/>.</summary>
public sealed record Ban(DateTimeOffset At, long BotId, long? ChatId, DateTimeOffset Until);
