namespace BotHub.FakeTelegram;

public enum FaultKind
{
    /// <summary>429 with <see cref="Fault.RetryAfter"/>; opens a penalty window in the chat when <see cref="Fault.OpensWindow"/>.</summary>
    TooManyRequests,

    /// <summary>The code and description of the fault as a JSON error.</summary>
    Error,

    /// <summary>502 with an HTML body, as from a proxy in between.</summary>
    BadGateway,

    /// <summary>Waits for <see cref="Fault.Delay"/>, then acts as usual.</summary>
    Slow,

    /// <summary>Cuts the connection before anything is done.</summary>
    Reset,

    /// <summary>Never answers and does nothing.</summary>
    Hang,

    /// <summary>Does what was asked, then cuts the connection without an answer.</summary>
    ActThenReset,

    /// <summary>Does what was asked and never answers.</summary>
    ActThenHang,

    /// <summary>Does what was asked and answers with JSON cut in the middle.</summary>
    Malformed,
}

/// <summary>Something that goes wrong on purpose.</summary>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>Null for every method. Case does not matter.</summary>
    public string? Method { get; init; }

    public long? ChatId { get; init; }
    public long? BotId { get; init; }

    /// <summary>Matching calls that pass before it begins.</summary>
    public int Skip { get; init; }

    /// <summary>How often it happens; 0 for ever.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Of the calls after <see cref="Skip"/> every so many-th is hit.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Seconds.</summary>
    public int RetryAfter { get; init; } = 3;

    /// <summary>Calls during the 429's time count as violations.</summary>
    public bool OpensWindow { get; init; } = true;

    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);
    public int Code { get; init; } = 500;
    public string Description { get; init; } = "Internal Server Error";
}
