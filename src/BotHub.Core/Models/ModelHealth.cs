using System.Collections.Concurrent;

namespace BotHub.Core.Models;

/// <summary>How one model has been doing on this node.</summary>
public sealed class ModelHealth(CircuitBreaker breaker)
{
    private double _typicalSeconds;
    private int _running;

    public CircuitBreaker Breaker { get; } = breaker;

    /// <summary>Seconds a call at this place in the model's queue will likely wait, from how long answers took lately; null when none is known.</summary>
    public int? EstimateWait(int position)
    {
        var typical = Volatile.Read(ref _typicalSeconds);
        // The waiting calls count as running too, so what runs ahead of them is the rest.
        var ahead = Math.Max(1, Volatile.Read(ref _running) - position);
        return typical == 0 ? null : position == 0 ? 0 : (int)Math.Ceiling(typical * position / ahead);
    }

    public void Begin() => Interlocked.Increment(ref _running);

    /// <param name="seconds">How long the answer took; null when it tells nothing of others.</param>
    public void End(double? seconds)
    {
        Interlocked.Decrement(ref _running);
        if (seconds is not { } took) return;
        var typical = Volatile.Read(ref _typicalSeconds);
        Volatile.Write(ref _typicalSeconds, typical == 0 ? took : 0.8 * typical + 0.2 * took);
    }
}

/// <summary>The health of every model that was ever asked on this node.</summary>
public sealed class ModelHealths(BreakerRules rules, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, ModelHealth> _all = new(StringComparer.OrdinalIgnoreCase);

    public ModelHealth Of(string model) => _all.GetOrAdd(model, static (_, s) => new ModelHealth(new CircuitBreaker(s.rules, s.clock)), (rules, clock));

    public IEnumerable<KeyValuePair<string, ModelHealth>> All => _all;
}
