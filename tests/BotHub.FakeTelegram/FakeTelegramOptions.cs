namespace BotHub.FakeTelegram;

/// <summary>How a fake Telegram starts. Everything has a default that is as strict as the real one, or stricter.</summary>
public sealed record FakeTelegramOptions
{
    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Dates, expiry, buckets, long polls and retries follow this clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public FloodLimits Limits { get; init; } = new();

    /// <summary>
    /// Refuses entities that overlap or nest badly. Telegram repairs them by dropping or splitting, so a bot never hears of it;
    /// what it drops is a fault of the bot all the same.
    /// </summary>
    public bool StrictEntities { get; init; } = true;

    /// <summary>False answers like a Bot API server from before 10.1, which knows no rich messages.</summary>
    public bool RichMessages { get; init; } = true;

    /// <summary>Whether a plain @mention reaches a bot in privacy mode. Reports from real groups say that it does not.</summary>
    public bool MentionsPassPrivacy { get; init; }

    /// <summary>Messages kept per chat; the oldest go first.</summary>
    public int KeptMessages { get; init; } = 10_000;

    /// <summary>Calls kept for the log; counts by method are never cut.</summary>
    public int KeptCalls { get; init; } = 500;

    /// <summary>Serves the page and the HTTP play API under /play.</summary>
    public bool Play { get; init; } = true;

    /// <summary>
    /// For benchmarks, where this server shares the machine with what is measured: calls are taken in and webhooks are posted to over
    /// plain sockets, by HTTP without TLS only. The bots' methods stay the same; long polls, uploads, downloads, play and faults are refused.
    /// </summary>
    public bool Lean { get; init; }
}
