namespace BotHub.Storage;

/// <summary>
/// Calls that can wait a moment. They go out with the next call of somebody who can't: the client gathers what is written in one moment
/// into one packet, and so does the store with its answers.
/// </summary>
internal sealed class Riders : IDisposable
{
    /// <summary>The longest wait, in a hub that has nothing else to say to its store.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private List<TaskCompletionSource> _waiting = [];
    private bool _armed, _ended;
    private volatile bool _any;

    public Riders() => _timer = new Timer(static riders => ((Riders)riders!).OnTime(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Returns when it is time to make the call.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_ended) return Task.CompletedTask;
            // Goes on where it is let go: inside of the call that takes it along.
            var rider = new TaskCompletionSource();
            _waiting.Add(rider);
            _any = true;
            // Not set anew by each: one that was set for somebody who is gone already comes a little early.
            if (!_armed) _timer.Change(Longest, Timeout.InfiniteTimeSpan);
            _armed = true;
            return rider.Task;
        }
    }

    /// <summary>A call goes out now: whoever waits makes his first.</summary>
    public void Go()
    {
        if (!_any) return;
        List<TaskCompletionSource> going;
        lock (_gate)
        {
            (going, _waiting) = (_waiting, []);
            _any = false;
        }

        foreach (var rider in going) rider.SetResult();
    }

    public void Dispose()
    {
        lock (_gate) _ended = true;
        _timer.Dispose();
        Go();
    }

    private void OnTime()
    {
        lock (_gate) _armed = false;
        Go();
    }
}
