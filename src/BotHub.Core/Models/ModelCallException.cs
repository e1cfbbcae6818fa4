namespace BotHub.Core.Models;

/// <summary>Why a call of a model failed.</summary>
public enum ModelFault
{
    /// <summary>Too many calls for now (HTTP 429): later they will do.</summary>
    Busy,
    /// <summary>The account's allowance is used up: waiting a moment does not help.</summary>
    Quota,
    /// <summary>No token came in time.</summary>
    TimedOut,
    /// <summary>No connection, or it broke.</summary>
    Unreachable,
    /// <summary>The provider's own fault (HTTP 5xx).</summary>
    Server,
    /// <summary>Something came that is no answer.</summary>
    Malformed,
    /// <summary>The credentials were not accepted, or none could be had.</summary>
    Credentials,
    /// <summary>There is no such model or deployment.</summary>
    NotFound,
    /// <summary>The prompt is longer than the model can read, although it was counted as fitting.</summary>
    ContextExceeded,
    /// <summary>The request was not accepted as it is.</summary>
    BadRequest,
}

/// <summary>
/// A call of a model failed. The message is for operators: it holds neither what people wrote nor what the provider answered, which
/// may repeat it.
/// </summary>
/// <param name="retryAfter">How long the provider asks to wait.</param>
public sealed class ModelCallException(ModelFault fault, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public ModelFault Fault { get; } = fault;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the same call may succeed a little later.</summary>
    public bool IsTransient => Fault is ModelFault.Busy or ModelFault.TimedOut or ModelFault.Unreachable or ModelFault.Server or ModelFault.Malformed;
}
