namespace BotHub.Channels.Telegram;

/// <summary>How a call ended, as far as it matters for what is done next.</summary>
internal enum CallOutcome
{
    /// <summary>It is done, or was done before ("message is not modified").</summary>
    Done,
    /// <summary>The platform wants to be left alone for <see cref="CallResult.Wait"/>; nothing was shown.</summary>
    Later,
    /// <summary>Cosmetic, and there was no room for it.</summary>
    Dropped,
    /// <summary>The chat can't be reached any more: blocked, kicked, deactivated, deleted.</summary>
    Dead,
    /// <summary>This message can't be shown so: plainer text may.</summary>
    Malformed,
    /// <summary>The bot may not write here at all.</summary>
    Forbidden,
    /// <summary>The server does not know the method.</summary>
    Unsupported,
    /// <summary>The server sees no text in it: it does not know the field that holds it.</summary>
    Empty,
    /// <summary>The topic is gone.</summary>
    NoThread,
    /// <summary>The message to answer to is gone.</summary>
    NoReplyTarget,
    /// <summary>The message to edit or delete is gone, or can't be changed any more.</summary>
    NoMessage,
    /// <summary>The group has a new id; it is remembered, and the next call uses it.</summary>
    Moved,
    /// <summary>The token is not (or no longer) valid.</summary>
    Unauthorized,
    /// <summary>It surely never arrived: no connection.</summary>
    NotSent,
    /// <summary>It may have arrived: the connection broke or the time ran out.</summary>
    Unknown,
    /// <summary>It may have arrived, though it likely did nothing: the server, or what stands before it, failed.</summary>
    ServerError,
    /// <summary>Another node has the conversation: nothing may be shown any more.</summary>
    LeaseLost,
}

/// <param name="MessageId">The message that was sent.</param>
/// <param name="Reason">The server's own words, for operators.</param>
internal readonly record struct CallResult(CallOutcome Outcome, int MessageId = 0, TimeSpan Wait = default, long MovedTo = 0, string? Reason = null)
{
    public bool Done => Outcome == CallOutcome.Done;

    public static CallResult Later(TimeSpan wait) => new(CallOutcome.Later, Wait: wait);
}
