namespace BotHub.Core.Pipeline;

public enum TurnEnd
{
    None,
    /// <summary>The user pressed Stop: what was shown stays and is stored.</summary>
    Stopped,
    /// <summary>The turn's own deadline passed.</summary>
    TimedOut,
    /// <summary>A message of the turn was given a new wording: the turn begins anew.</summary>
    Revised,
    /// <summary>Another node has the conversation: nothing may be written or sent any more.</summary>
    LeaseLost,
    /// <summary>The host stops and the drain time is over: the conversation is given back for another node.</summary>
    ShuttingDown,
}

/// <summary>
/// The deadline and cancellation of one turn, with the reason of its end; the first reason counts. It is never tied to an HTTP
/// request: closing a page does not cancel an answer.
/// </summary>
public sealed class TurnLifetime : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _deadline;
    private int _end;

    public TurnLifetime(TimeSpan deadline, TimeProvider clock) =>
        _deadline = clock.CreateTimer(static state => ((TurnLifetime)state!).EndWith(TurnEnd.TimedOut), this, deadline, Timeout.InfiniteTimeSpan);

    public CancellationToken Token => _source.Token;

    public TurnEnd End => (TurnEnd)Volatile.Read(ref _end);

    public void EndWith(TurnEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)TurnEnd.None) != (int)TurnEnd.None)
        {
            // A lost lease outranks every other reason: it forbids the commit that the others end with.
            if (reason == TurnEnd.LeaseLost) Volatile.Write(ref _end, (int)reason);
            return;
        }

        try { _source.Cancel(); }
        catch (ObjectDisposedException) { /* the turn has ended meanwhile */ }
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _source.Dispose();
    }
}
