using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Renews one lease at a third of its length while a turn runs, and tells the turn when it is lost or marked. Past the longest turn it
/// stops renewing: a hung turn must not hold a conversation for good.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly IConversationStore _store;
    private readonly LeaseKey _lease;
    private readonly PipelineOptions _options;
    private readonly TimeProvider _clock;
    private readonly Action<Marks> _onMarks;
    private TurnLifetime? _turn;
    private long _turnStart;
    private long _renewedAt;
    private Task _renewal = Task.CompletedTask;
    private bool _lost;

    public LeaseKeeper(IConversationStore store, LeaseKey lease, PipelineOptions options, TimeProvider clock, long claimedAt, Action<Marks> onMarks)
    {
        (_store, _lease, _options, _clock, _onMarks) = (store, lease, options, clock, onMarks);
        _turnStart = _renewedAt = claimedAt;
        // Nearly all turns are over before it fires: that must cost nothing, and end without an exception.
        _timer = clock.CreateTimer(static keeper => ((LeaseKeeper)keeper!).Tick(), this, options.Lease / 3, options.Lease / 3);
    }

    /// <summary>Makes sure that the lease lasts so long still, by this node's own clock and from before the renewal.</summary>
    /// <exception cref="StoreUnavailableException">The store did not say whether it holds.</exception>
    public async Task<Fence> EnsureAsync(TimeSpan atLeast)
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _renewedAt)) + atLeast < _options.Lease) return Fence.Held;
        var fence = await RenewAsync();
        if (fence == Fence.Lost) Lose();
        return fence;
    }

    private async Task<Fence> RenewAsync()
    {
        // The deadline counts from before the call: the store's clock starts when the script runs, never earlier.
        var before = _clock.GetTimestamp();
        var renewal = await _store.RenewAsync(_lease, _options.Lease, CancellationToken.None);
        if (renewal.Fence == Fence.Lost) return Fence.Lost;
        Volatile.Write(ref _renewedAt, before);
        _onMarks(renewal.Marks);
        return Fence.Held;
    }

    /// <summary>The turn to cancel when the lease is lost; null between turns.</summary>
    public void Watch(TurnLifetime? turn, long startedAt)
    {
        lock (_gate)
        {
            (_turn, _turnStart) = (turn, startedAt);
            if (_lost) turn?.EndWith(TurnEnd.LeaseLost);
        }
    }

    public void Lose()
    {
        lock (_gate)
        {
            _lost = true;
            _turn?.EndWith(TurnEnd.LeaseLost);
        }
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (!_lost && _renewal.IsCompleted) _renewal = KeepAsync();
        }
    }

    private async Task KeepAsync()
    {
        // Leaves the lock first.
        await Task.Yield();
        if (_clock.GetElapsedTime(Volatile.Read(ref _turnStart)) < _options.TurnTimeout + _options.Lease)
        {
            try
            {
                if (await RenewAsync() == Fence.Lost) Lose();
                return;
            }
            catch (StoreUnavailableException) { /* tried again until the lease has run out */ }
        }

        if (_clock.GetElapsedTime(Volatile.Read(ref _renewedAt)) >= _options.Lease) Lose();
    }

    /// <summary>A renewal that is under way may still arrive: a lease that was given back refuses it.</summary>
    public void Dispose() => _timer.Dispose();
}
