namespace BotHub.Channels.Telegram;

/// <summary>What this node last saw of a bot's receiving side; for operators.</summary>
internal sealed class BotHealth
{
    private string? _problem;
    private long _webhookAt;

    /// <summary>When this node began to receive for it; null before.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>Why it does not receive; null when all is well.</summary>
    public string? Problem
    {
        get => Volatile.Read(ref _problem);
        set => Volatile.Write(ref _problem, value);
    }

    public bool TokenRefused { get; set; }

    /// <summary>When the webhook was last called, in UTC ticks; 0 for never.</summary>
    public long WebhookAt
    {
        get => Volatile.Read(ref _webhookAt);
        set => Volatile.Write(ref _webhookAt, value);
    }

    /// <summary>As Telegram last told; null before that, and for bots that poll.</summary>
    public WebhookState? Webhook { get; set; }
}

/// <param name="Pending">Updates that wait at Telegram.</param>
/// <param name="LastError">Why the last delivery failed; null when none did.</param>
internal sealed record WebhookState(int Pending, string? LastError);
