namespace BotHub.Core.Pipeline;

/// <summary>
/// Shows a growing answer in steps: what comes is gathered, and one flush at a time writes it out, never sooner than the flush before
/// it allowed. Costs no timer before the first nudge.
/// </summary>
/// <param name="flush">
/// Writes out what has been gathered and says how long to leave the platform alone. It ends soon after it is cancelled, save for what must
/// not be cut short. What it throws ends the pacing, and comes out of <see cref="StopAsync"/>.
/// </param>
public sealed class Pacer(Func<CancellationToken, Task<TimeSpan>> flush, TimeProvider clock) : IAsyncDisposable
{
    private const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cut = new();
    private ITimer? _timer;
    private Task? _flight;
    private long _due = Never;
    private long _notBefore = long.MinValue;
    private bool _stopped;

    /// <summary>There is, or will be, something to show: a flush begins after the delay, or sooner where an earlier nudge said so.</summary>
    /// <param name="delay">For how long more is gathered.</param>
    public void Nudge(TimeSpan delay)
    {
        lock (_gate)
        {
            if (_stopped) return;
            var due = Math.Max(After(delay), _notBefore);
            if (due >= _due) return;
            _due = due;
            if (_flight is null) Arm();
        }
    }

    /// <summary>No flush begins from here on. A running one gets so long to end by itself, then it is cancelled; its end is waited for.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Task? flight;
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
            flight = _flight;
        }

        if (flight is null) return;
        if (!flight.IsCompleted)
        {
            using var wait = new CancellationTokenSource();
            await Task.WhenAny(flight, Task.Delay(patience, clock, wait.Token));
            await wait.CancelAsync();
            await _cut.CancelAsync();
        }

        try { await flight; }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested) { /* as asked */ }
    }

    public async ValueTask DisposeAsync()
    {
        try { await StopAsync(TimeSpan.Zero); }
        catch (Exception) { /* told by StopAsync to whoever asked first */ }
        _cut.Dispose();
    }

    private void Arm()
    {
        // Timers know whole milliseconds and cut off the rest: rounded up, so that none comes too early and is set again.
        var wait = Math.Max(0, _due - clock.GetTimestamp());
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling(wait * 1000.0 / clock.TimestampFrequency));
        if (_timer is null) _timer = clock.CreateTimer(static state => ((Pacer)state!).OnTime(), this, delay, Timeout.InfiniteTimeSpan);
        else _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void OnTime()
    {
        lock (_gate)
        {
            if (_stopped || _flight is not null || _due == Never) return;
            if (clock.GetTimestamp() < _due)
            {
                Arm();
                return;
            }

            _due = Never;
            _flight = FlyAsync();
        }
    }

    private async Task FlyAsync()
    {
        // So that the flush neither runs under the lock nor ends before it is known.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var spacing = await flush(_cut.Token);
        lock (_gate)
        {
            _notBefore = After(spacing);
            // A flight that failed never comes here: it stays, and is the last.
            _flight = null;
            if (_stopped || _due == Never) return;
            _due = Math.Max(_due, _notBefore);
            Arm();
        }
    }

    private long After(TimeSpan delay) => clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency);
}
