using BotHub.Models.Echo;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Models.Echo;

public sealed class EchoChatClientTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task It_repeats_the_last_message_of_the_user()
    {
        var echo = new EchoChatClient(EchoOptions.AtOnce, _time);

        var reply = await echo.GetResponseAsync(
            [new(ChatRole.User, "one"), new(ChatRole.Assistant, "one"), new(ChatRole.User, "two 😀")]);

        Assert.Equal("two 😀", reply.Text);
        Assert.Equal(ChatFinishReason.Stop, reply.FinishReason);
    }

    [Fact]
    public async Task It_speaks_at_the_set_speed_after_the_set_delay()
    {
        var echo = new EchoChatClient(new EchoOptions(2, TimeSpan.FromSeconds(3)), _time);
        await using var stream = echo.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "abc")]).GetAsyncEnumerator();
        var start = _time.GetUtcNow();

        Assert.Equal(("a", 3.0), await Next());
        Assert.Equal(("b", 3.5), await Next());
        Assert.Equal(("c", 4.0), await Next());

        async Task<(string, double)> Next()
        {
            var next = stream.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
                _time.Advance(TimeSpan.FromSeconds(0.5));
            Assert.True(await next);
            return (stream.Current.Text, (_time.GetUtcNow() - start).TotalSeconds);
        }
    }

    [Fact]
    public async Task Fast_speech_comes_in_bigger_pieces_that_split_no_character()
    {
        var echo = new EchoChatClient(new EchoOptions(100, TimeSpan.Zero), new EagerTime());

        var updates = await echo.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "a😀😀b")]).ToListAsync();

        Assert.Equal(["a😀", "😀", "b", ""], updates.Select(u => u.Text));
    }

    [Fact]
    public async Task A_cancelled_reply_stops_while_it_waits()
    {
        var echo = new EchoChatClient(new EchoOptions(1, TimeSpan.FromHours(1)), _time);
        using var stop = new CancellationTokenSource();
        var reply = echo.GetResponseAsync([new ChatMessage(ChatRole.User, "abc")], cancellationToken: stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reply);
    }

    /// <summary>A clock that moves far ahead whenever it is read, so that nothing is ever early.</summary>
    private sealed class EagerTime : TimeProvider
    {
        private long _ticks;

        public override long GetTimestamp() => _ticks += TimeSpan.TicksPerHour;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
