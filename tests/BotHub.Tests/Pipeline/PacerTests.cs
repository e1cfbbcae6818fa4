using BotHub.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Pipeline;

public sealed class PacerTests
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _ended = new(0);
    private int _flushes;

    private Pacer Quick() => new(
        _ =>
        {
            _flushes++;
            _begun.Release();
            return Task.FromResult(Spacing);
        },
        _clock);

    [Fact]
    public async Task Nothing_is_flushed_before_the_gathering_time_is_over()
    {
        await using var pacer = Quick();
        pacer.Nudge(Gather);
        _clock.Advance(Gather - TimeSpan.FromMilliseconds(1));
        await pacer.StopAsync(TimeSpan.Zero);
        Assert.Equal(0, _flushes);
    }

    [Fact]
    public async Task Many_nudges_are_one_flush()
    {
        await using var pacer = Quick();
        for (var i = 0; i < 100; i++) pacer.Nudge(Gather);
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        await pacer.StopAsync(Timeout.InfiniteTimeSpan);
        Assert.Equal(1, _flushes);
    }

    [Fact]
    public async Task A_nudge_for_sooner_moves_a_later_one_and_not_the_other_way_round()
    {
        await using var pacer = Quick();
        pacer.Nudge(TimeSpan.FromSeconds(10));
        pacer.Nudge(Gather);
        pacer.Nudge(TimeSpan.FromSeconds(20));
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _flushes);
    }

    [Fact]
    public async Task The_next_flush_keeps_the_spacing_that_the_last_one_asked_for()
    {
        var pacer = new TestedPacer(_clock, Spacing);
        pacer.Nudge(Gather);
        await pacer.AdvanceUntilFlushedAsync(Gather);
        pacer.Nudge(TimeSpan.Zero);
        _clock.Advance(Spacing - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, pacer.Flushes);
        await pacer.AdvanceUntilFlushedAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, pacer.Flushes);
        await pacer.DisposeAsync();
    }

    [Fact]
    public async Task What_is_nudged_while_a_flush_runs_is_flushed_after_it_and_never_beside_it()
    {
        var release = new SemaphoreSlim(0);
        var (running, most) = (0, 0);
        await using var pacer = new Pacer(
            async _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                _begun.Release();
                await release.WaitAsync(CancellationToken.None);
                Interlocked.Decrement(ref running);
                _ended.Release();
                return TimeSpan.Zero;
            },
            _clock);
        pacer.Nudge(Gather);
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        pacer.Nudge(Gather);
        _clock.Advance(Gather + Gather);
        Assert.Equal(0, _begun.CurrentCount);

        release.Release(2);
        await _ended.WaitAsync(TestContext.Current.CancellationToken);
        while (!await _begun.WaitAsync(1, TestContext.Current.CancellationToken)) _clock.Advance(Gather);
        await pacer.StopAsync(Timeout.InfiniteTimeSpan);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task The_stop_waits_for_a_running_flush()
    {
        var release = new TaskCompletionSource();
        await using var pacer = new Pacer(
            async _ =>
            {
                _begun.Release();
                await release.Task;
                _flushes++;
                return TimeSpan.Zero;
            },
            _clock);
        pacer.Nudge(Gather);
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        var stop = pacer.StopAsync(Timeout.InfiniteTimeSpan);
        Assert.False(stop.IsCompleted);
        release.SetResult();
        await stop;
        Assert.Equal(1, _flushes);
        pacer.Nudge(TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await pacer.StopAsync(Timeout.InfiniteTimeSpan);
        Assert.Equal(1, _flushes);
    }

    [Fact]
    public async Task A_flush_that_hangs_is_cancelled_when_patience_is_over()
    {
        await using var pacer = new Pacer(
            async cancel =>
            {
                _begun.Release();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                return TimeSpan.Zero;
            },
            _clock);
        pacer.Nudge(Gather);
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        var stop = pacer.StopAsync(TimeSpan.FromSeconds(2));
        Assert.False(stop.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await stop;
    }

    [Fact]
    public async Task What_a_flush_throws_ends_the_pacing_and_is_told_at_the_stop()
    {
        var pacer = new Pacer(
            _ =>
            {
                _flushes++;
                _begun.Release();
                throw new InvalidOperationException("broken");
            },
            _clock);
        pacer.Nudge(Gather);
        _clock.Advance(Gather);
        await _begun.WaitAsync(TestContext.Current.CancellationToken);
        pacer.Nudge(TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pacer.StopAsync(Timeout.InfiniteTimeSpan));
        Assert.Equal(1, _flushes);
        await pacer.DisposeAsync();
    }

    /// <summary>A pacer whose flushes can be waited for to their very end.</summary>
    private sealed class TestedPacer : IAsyncDisposable
    {
        private readonly FakeTimeProvider _clock;
        private readonly Pacer _pacer;
        private readonly SemaphoreSlim _flushed = new(0);

        public TestedPacer(FakeTimeProvider clock, TimeSpan spacing)
        {
            _clock = clock;
            _pacer = new Pacer(
                _ =>
                {
                    Flushes++;
                    _flushed.Release();
                    return Task.FromResult(spacing);
                },
                clock);
        }

        public int Flushes { get; private set; }

        public void Nudge(TimeSpan delay) => _pacer.Nudge(delay);

        public async Task AdvanceUntilFlushedAsync(TimeSpan time)
        {
            _clock.Advance(time);
            await _flushed.WaitAsync(TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => _pacer.DisposeAsync();
    }
}
