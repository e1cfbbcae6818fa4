using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Models;

/// <summary>Tells when somebody has begun to wait: time must not pass before that.</summary>
public sealed class WatchedClock : FakeTimeProvider
{
    public SemaphoreSlim Waits { get; } = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Waits.Release();
        return timer;
    }
}
