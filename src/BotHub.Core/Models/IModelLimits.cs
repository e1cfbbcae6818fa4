namespace BotHub.Core.Models;

/// <summary>
/// What a model's provider allows, kept for all replicas together. Ask before each call, end it afterwards. Every member but
/// <see cref="HeldBack"/> may throw <see cref="Conversations.StoreUnavailableException"/>; an ask that ends so may have been granted:
/// its place runs out, its request leaves the window by itself.
/// </summary>
public interface IModelLimits
{
    /// <summary>How long a place is held without <see cref="RenewAsync"/>: what a node that died leaves behind.</summary>
    static readonly TimeSpan PlaceHeld = TimeSpan.FromSeconds(10);

    /// <summary>How long a waiting call keeps its place in the queue without asking again.</summary>
    static readonly TimeSpan QueueHeld = TimeSpan.FromSeconds(5);

    /// <summary>Calls that wait for one model at a time; further ones are refused.</summary>
    const int QueueAtMost = 256;

    /// <summary>The longest a provider's "not now" is believed: after it, it may be asked again and say the rest.</summary>
    static readonly TimeSpan HeldBackAtMost = TimeSpan.FromMinutes(5);

    /// <summary>
    /// May this call be made now? One that has to wait queues up and asks again; calls are granted in the order in which they first
    /// asked. One that would wait longer than <paramref name="patience"/> is refused and leaves the queue.
    /// </summary>
    Task<ModelGrant> AskAsync(LimitedCall call, ModelLimits limits, TimeSpan patience, CancellationToken cancel);

    /// <summary>The call goes on: its place is held for another <see cref="PlaceHeld"/>, or anew where it was lost.</summary>
    Task RenewAsync(LimitedCall call, CancellationToken cancel);

    /// <summary>
    /// The call is over, or does not wait any longer: its place is free. The tokens it took take the place of those it asked for, as
    /// long as the grant's minute lasts.
    /// </summary>
    /// <param name="granted">When it was granted; null: never.</param>
    /// <param name="tokens">What it took; null when that is not known, and what was asked for stays counted.</param>
    Task EndAsync(LimitedCall call, ModelGrant? granted, long? tokens, CancellationToken cancel);

    /// <summary>The provider said "not now" (429): nobody calls this model before the time has passed. It is never shortened.</summary>
    Task HoldBackAsync(string model, TimeSpan time, CancellationToken cancel);

    /// <summary>What is left of such a time, as far as this node has heard; costs nothing. Zero without one.</summary>
    TimeSpan HeldBack(string model);
}

/// <summary>0: no limit of this kind.</summary>
/// <param name="RequestsPerMinute">Calls in any 60 seconds. A sixth of them, or three, may come at once, the others evenly: providers judge by seconds.</param>
/// <param name="TokensPerMinute">Prompt and answer together, in any 60 seconds.</param>
/// <param name="Concurrency">Calls at the same time.</param>
/// <param name="Patience">How long a call waits for them.</param>
public sealed record ModelLimits(int RequestsPerMinute, int TokensPerMinute, int Concurrency, TimeSpan Patience)
{
    public static ModelLimits None { get; } = new(0, 0, 0, TimeSpan.FromSeconds(30));

    public bool IsNone => RequestsPerMinute == 0 && TokensPerMinute == 0 && Concurrency == 0;
}

/// <param name="Id">Of this one call, a retry included.</param>
/// <param name="Tokens">Prompt and longest answer together; more than a minute allows counts as a whole minute.</param>
public sealed record LimitedCall(string Model, string Id, int Tokens)
{
    public static LimitedCall New(string model, int tokens) => new(model, Guid.NewGuid().ToString("N")[..16], tokens);
}

public enum ModelGrantOutcome
{
    /// <summary>Make the call now.</summary>
    Granted,

    /// <summary>Not yet: ask again, at the latest before <see cref="IModelLimits.QueueHeld"/>.</summary>
    Wait,

    /// <summary>It would take longer than the call waits, or too many wait already.</summary>
    Refused,
}

/// <param name="Wait">How long it will take at least; zero where only a place is missing.</param>
/// <param name="Ahead">The calls that are before this one.</param>
/// <param name="Slot">For <see cref="IModelLimits.EndAsync"/>: where it was counted.</param>
/// <param name="Counted">The tokens that were counted.</param>
public sealed record ModelGrant(ModelGrantOutcome Outcome, TimeSpan Wait, int Ahead, long Slot, int Counted);
