namespace BotHub.Core.Pipeline;

/// <summary>A channel as operators see it, and anybody: no secrets, no ids of people, nothing anybody wrote.</summary>
/// <param name="Trouble">
/// What keeps people from being heard there; null when all is well. It is shown with the health checks and does not fail them: a platform
/// that is away must not take a node away from the other channels.
/// </param>
/// <param name="Bots">Every configured bot.</param>
public sealed record ChannelReport(string? Trouble, IReadOnlyList<BotReport> Bots);

/// <param name="Name">Its name in the settings.</param>
/// <param name="State"><c>on</c> or <c>off</c>.</param>
public sealed record BotReport(string Name, string State)
{
    /// <summary>Its name at the platform; missing while that is not known.</summary>
    public string? Username { get; init; }

    /// <summary>How messages come: <c>polling</c> or <c>webhook</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Why it does not receive, as far as this node knows.</summary>
    public string? Problem { get; init; }

    /// <summary>Which node polls: <c>here</c>, <c>elsewhere</c> or <c>nobody</c>.</summary>
    public string? Poller { get; init; }

    /// <summary>Seconds since any node's last completed poll.</summary>
    public double? LastPollSeconds { get; init; }

    /// <summary>Seconds since the platform last called this node.</summary>
    public double? LastWebhookSeconds { get; init; }

    /// <summary>The next event that is asked for.</summary>
    public long? Offset { get; init; }

    /// <summary>Events that nobody could read, ever.</summary>
    public long? DeadLetters { get; init; }

    /// <summary>Events that wait at the platform to be delivered.</summary>
    public int? Pending { get; init; }

    /// <summary>Why the platform's last delivery failed, in its own words.</summary>
    public string? LastError { get; init; }

    /// <summary>Chats that the platform wants to be left alone.</summary>
    public int? ChatsInPenalty { get; init; }
}
