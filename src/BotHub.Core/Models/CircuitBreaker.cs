namespace BotHub.Core.Models;

public enum BreakerState
{
    /// <summary>The model is asked as usual.</summary>
    Closed,
    /// <summary>It failed again and again: for a while it is not asked.</summary>
    Open,
    /// <summary>The while is over: one call may try, the others go elsewhere until it is known how that ended.</summary>
    HalfOpen,
}

/// <param name="Failures">So many failures in a row open it.</param>
/// <param name="Window">The first of them is no longer ago than this.</param>
/// <param name="Pause">How long it stays open before one call may try.</param>
public sealed record BreakerRules(int Failures, TimeSpan Window, TimeSpan Pause);

/// <summary>
/// Keeps turns from waiting for a model that fails anyway. Of one model on one node: what a node sees of a provider is its own. Written
/// here and not taken from Polly, as a streamed answer has no single result to hand to it, and as a call must be let through when every
/// candidate's breaker is open.
/// </summary>
public sealed class CircuitBreaker(BreakerRules rules, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _failures = new();
    private long? _opened;
    private bool _probing;

    public BreakerState State
    {
        get { lock (_gate) return StateNow(); }
    }

    /// <summary>How long until one call may try; zero when it may now.</summary>
    public TimeSpan Remaining
    {
        get { lock (_gate) return Left(); }
    }

    /// <summary>Asks for leave to call the model. Every leave is answered by <see cref="Succeeded"/>, <see cref="Failed"/> or <see cref="Abandoned"/>.</summary>
    /// <param name="force">All candidates are open, and this one would try the soonest: it tries now.</param>
    public bool TryEnter(bool force = false)
    {
        lock (_gate)
        {
            if (_opened is null) return true;
            if (!force && (_probing || Left() > TimeSpan.Zero)) return false;
            return _probing = true;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _failures.Clear();
            (_opened, _probing) = (null, false);
        }
    }

    public void Failed()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            _failures.Enqueue(now);
            if (_failures.Count > rules.Failures) _failures.Dequeue();
            // A probe that fails opens it again; so does whatever was under way when it opened, but that changes nothing.
            var enough = _failures.Count == rules.Failures && clock.GetElapsedTime(_failures.Peek(), now) <= rules.Window;
            if (_probing || (_opened is null && enough)) _opened = now;
            _probing = false;
        }
    }

    /// <summary>The call ended without telling anything of the model: somebody stopped it, or it was refused for what it said.</summary>
    public void Abandoned()
    {
        lock (_gate) _probing = false;
    }

    private BreakerState StateNow() => _opened is null ? BreakerState.Closed : Left() > TimeSpan.Zero ? BreakerState.Open : BreakerState.HalfOpen;

    private TimeSpan Left()
    {
        if (_opened is not { } opened) return TimeSpan.Zero;
        var left = rules.Pause - clock.GetElapsedTime(opened);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
