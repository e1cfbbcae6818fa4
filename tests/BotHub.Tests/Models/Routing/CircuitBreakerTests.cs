using BotHub.Core.Models;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Models.Routing;

public sealed class CircuitBreakerTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(new BreakerRules(3, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30)), _clock);

    [Fact]
    public void It_opens_after_so_many_failures_in_a_row_within_the_window()
    {
        Fail(2);
        _breaker.Succeeded();
        Fail(2);
        Assert.Equal(BreakerState.Closed, _breaker.State);
        _clock.Advance(TimeSpan.FromSeconds(61));
        Fail(1);
        Assert.Equal(BreakerState.Closed, _breaker.State);
        Fail(1);
        Assert.Equal(BreakerState.Closed, _breaker.State);
        Fail(1);
        Assert.Equal(BreakerState.Open, _breaker.State);
        Assert.False(_breaker.TryEnter());
        Assert.Equal(TimeSpan.FromSeconds(30), _breaker.Remaining);
    }

    [Fact]
    public void After_the_pause_one_call_may_try_and_its_end_decides()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(BreakerState.HalfOpen, _breaker.State);
        Assert.True(_breaker.TryEnter());
        Assert.False(_breaker.TryEnter());
        _breaker.Failed();
        Assert.Equal(BreakerState.Open, _breaker.State);

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_breaker.TryEnter());
        _breaker.Abandoned();
        Assert.True(_breaker.TryEnter());
        _breaker.Succeeded();
        Assert.Equal(BreakerState.Closed, _breaker.State);
        Assert.True(_breaker.TryEnter());
        Assert.True(_breaker.TryEnter());
    }

    [Fact]
    public void When_there_is_no_other_it_lets_a_call_through_before_the_pause_is_over()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(_breaker.TryEnter(force: true));
        _breaker.Failed();
        Assert.Equal(TimeSpan.FromSeconds(30), _breaker.Remaining);
        Assert.True(_breaker.TryEnter(force: true));
        _breaker.Succeeded();
        Assert.Equal(BreakerState.Closed, _breaker.State);
    }

    [Fact]
    public void A_failure_of_a_call_that_was_under_way_when_it_opened_changes_nothing()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(20));
        _breaker.Failed();
        Assert.Equal(TimeSpan.FromSeconds(10), _breaker.Remaining);
    }

    [Fact]
    public void Of_many_at_the_same_time_one_tries()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var entered = 0;
        Parallel.For(0, 64, _ => { if (_breaker.TryEnter()) Interlocked.Increment(ref entered); });
        Assert.Equal(1, entered);
    }

    private void Fail(int times)
    {
        for (; times > 0; times--)
        {
            Assert.True(_breaker.TryEnter());
            _breaker.Failed();
        }
    }
}
