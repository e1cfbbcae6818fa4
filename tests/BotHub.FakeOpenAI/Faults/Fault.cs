namespace BotHub.FakeOpenAI.Faults;

public enum FaultKind
{
    /// <summary>An error answer with <see cref="Fault.Status"/> and, for 429 and 503, what to wait.</summary>
    Status,
    /// <summary>A page of some gateway's instead of JSON, with <see cref="Fault.Status"/>.</summary>
    HtmlError,
    /// <summary>Nothing for <see cref="Fault.Delay"/> after the role, then the answer.</summary>
    SlowFirstToken,
    /// <summary>Nothing for <see cref="Fault.Delay"/> between what is thought and what is said.</summary>
    SlowAnswer,
    /// <summary>Silence after <see cref="Fault.AfterChunks"/> pieces of text, until the plan is cleared.</summary>
    Stall,
    /// <summary>The connection is closed after so many pieces, in the middle of the body.</summary>
    Cut,
    /// <summary>The stream ends after so many pieces as if all were well, without a finish reason.</summary>
    EndEarly,
    /// <summary>A piece that is no JSON after so many pieces.</summary>
    Garbage,
    /// <summary>The bytes end within a character.</summary>
    TruncatedUtf8,
    /// <summary>A character is sent in two halves, some time between them. A good answer all the same.</summary>
    SplitUtf8,
    /// <summary>The model declines by itself, in the field <c>refusal</c> instead of <c>content</c>.</summary>
    Declined,
    /// <summary>Content filter: the prompt is refused with 400.</summary>
    PromptBlocked,
    /// <summary>Content filter: the answer ends after so many pieces with that finish reason.</summary>
    FinishFiltered,
    /// <summary>Content filter: a piece's own annotation says that it was filtered; the finish reason stays away.</summary>
    AnnotatedFiltered,
    /// <summary>Content filter, asynchronous: the judgement follows in a chunk of its own, behind text that was sent already.</summary>
    AsynchronousFiltered,
    /// <summary>Content filter: a blocklist of the customer's own was hit, which is told as a list.</summary>
    BlocklistFiltered,
    /// <summary>Content filter: something is noticed and not filtered. A good answer all the same.</summary>
    AnnotatedOnly,
}

/// <summary>Something that goes wrong, and when.</summary>
public sealed record Fault(FaultKind Kind)
{
    public int Status { get; init; } = 500;

    /// <summary>The error's code; null: the usual one of the status.</summary>
    public string? Code { get; init; }

    /// <summary>Header <c>Retry-After</c>, in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The same as a date so many seconds from now.</summary>
    public int? RetryAtSeconds { get; init; }

    /// <summary>Header <c>retry-after-ms</c>.</summary>
    public int? RetryAfterMilliseconds { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pieces of text (words) sent before it happens.</summary>
    public int AfterChunks { get; init; }

    /// <summary>The content filter's categories.</summary>
    public IReadOnlyList<string> Categories { get; init; } = ["violence"];

    /// <summary>Calls that pass before it happens.</summary>
    public int Skip { get; init; }

    /// <summary>How often it happens; 0: for good.</summary>
    public int Times { get; init; } = 1;
}
