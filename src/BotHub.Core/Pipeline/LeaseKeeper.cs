using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Renews one lease at a third of its length while a turn runs, and tells the turn when it is lost. Past the longest turn it stops
/// renewing: a hung turn must not hold a conversation for good.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private readonly Lock _gate = new();
    private TurnLifetime? _turn;
    private long _turnStart;
    private bool _lost;

    public LeaseKeeper(IConversationStore store, LeaseKey lease, PipelineOptions options, TimeProvider clock, long claimedAt)
    {
        _turnStart = claimedAt;
        _loop = KeepAsync(store, lease, options, clock, claimedAt);
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

    private async Task KeepAsync(IConversationStore store, LeaseKey lease, PipelineOptions options, TimeProvider clock, long renewedAt)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                // The deadline counts from before the call: the store's clock starts when the script runs, never earlier.
                var before = clock.GetTimestamp();
                if (clock.GetElapsedTime(Volatile.Read(ref _turnStart)) < options.TurnTimeout + options.Lease)
                {
                    try
                    {
                        if (await store.RenewAsync(lease, options.Lease, _stop.Token) == Fence.Lost) break;
                        renewedAt = before;
                        continue;
                    }
                    catch (StoreUnavailableException) { /* tried again until the lease has run out */ }
                }

                if (clock.GetElapsedTime(renewedAt) >= options.Lease) break;
            }

            Lose();
        }
        catch (OperationCanceledException) { /* the work is done */ }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }
}
