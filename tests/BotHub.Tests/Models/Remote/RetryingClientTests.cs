using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using BotHub.Models.Remote;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Tests.Models.Remote;

public sealed class RetryingClientTests
{
    private readonly WatchedClock _clock = new();
    private readonly ScriptedModel _model = new();
    private readonly List<TimeSpan> _told = [];

    [Fact]
    public async Task Waits_grow_twofold_with_a_random_part()
    {
        _model.Fail(Fault(ModelFault.Server), Fault(ModelFault.Unreachable), Fault(ModelFault.TimedOut));
        var answer = Answer(chance: 0.5);

        await Passes(0.75, 1.5, 3);

        Assert.Equal("fine", await answer);
        Assert.Equal(4, _model.Calls);
    }

    [Fact]
    public async Task What_the_provider_asks_for_is_waited_for()
    {
        _model.Fail(Fault(ModelFault.Busy, 7));
        var answer = Answer();

        await Passes(7);

        Assert.Equal("fine", await answer);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_not_begun()
    {
        _model.Fail(Fault(ModelFault.Busy, 31));

        await Assert.ThrowsAsync<ModelBusyException>(() => Answer());
        Assert.Equal(1, _model.Calls);
    }

    [Fact]
    public async Task Waits_of_a_few_seconds_are_told_and_so_is_their_end()
    {
        _model.Fail(Fault(ModelFault.Busy, 1), Fault(ModelFault.Busy, 5));
        var answer = Answer();

        await Passes(1, 5);
        await answer;

        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.Zero], _told);
    }

    [Theory]
    [InlineData(ModelFault.Busy, 4)]
    [InlineData(ModelFault.Quota, 1)]
    public async Task A_provider_that_stays_busy_is_busy(ModelFault fault, int calls)
    {
        _model.Fail([.. Enumerable.Repeat(Fault(fault, 0), 9)]);
        var answer = Answer();

        await Assert.ThrowsAsync<ModelBusyException>(() => answer);
        Assert.Equal(calls, _model.Calls);
    }

    [Theory]
    [InlineData(ModelFault.Credentials)]
    [InlineData(ModelFault.NotFound)]
    [InlineData(ModelFault.BadRequest)]
    public async Task What_another_try_cannot_mend_is_tried_once(ModelFault fault)
    {
        _model.Fail(Fault(fault));

        Assert.Equal(fault, (await Assert.ThrowsAsync<ModelCallException>(() => Answer())).Fault);
        Assert.Equal(1, _model.Calls);
    }

    [Fact]
    public async Task After_the_first_token_nothing_is_said_anew()
    {
        _model.Said = "Once upon ";
        _model.Fail(Fault(ModelFault.Unreachable));

        await Assert.ThrowsAsync<ModelCallException>(() => Answer());
        Assert.Equal(1, _model.Calls);
    }

    [Fact]
    public async Task Empty_pieces_before_a_failure_are_forgotten()
    {
        _model.Said = "";
        _model.Fail(Fault(ModelFault.Unreachable));
        var answer = Updates();

        await Passes(0.5);

        Assert.Equal(["", "fine"], (await answer).Select(u => u.Text));
    }

    [Fact]
    public async Task Whoever_waits_can_stop()
    {
        _model.Fail(Fault(ModelFault.Busy, 20));
        using var stop = new CancellationTokenSource();
        var answer = Updates(cancel: stop.Token);
        Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private static ModelCallException Fault(ModelFault fault, double? retryAfter = null) =>
        new(fault, "It failed.", retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private async Task<string> Answer(double chance = 0) => string.Concat((await Updates(chance)).Select(u => u.Text));

    private async Task<List<ChatResponseUpdate>> Updates(double chance = 0, CancellationToken cancel = default)
    {
        var patience = new Patience(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        using var client = new RetryingClient(_model, patience, _clock, () => chance, NullLogger.Instance);
        var options = new ChatOptions { AdditionalProperties = new() { [ModelOptions.OnWait] = (Action<TimeSpan>)_told.Add } };
        return await client.GetStreamingResponseAsync([new(ChatRole.User, "x")], options, cancel).ToListAsync(cancel);
    }

    /// <summary>Lets each wait pass: nothing happens before its end, and the next call comes at its end.</summary>
    private async Task Passes(params double[] waits)
    {
        foreach (var seconds in waits)
        {
            var calls = _model.Calls;
            if (seconds > 0)
            {
                Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));
                _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
                Assert.Equal(calls, _model.Calls);
                _clock.Advance(TimeSpan.FromTicks(1));
            }

            await _model.CalledAsync(calls + 1);
        }
    }

    /// <summary>Fails as it is told, then answers.</summary>
    private sealed class ScriptedModel : IChatClient
    {
        private readonly Queue<ModelCallException> _failures = new();
        private readonly SemaphoreSlim _called = new(0);

        public int Calls { get; private set; }

        /// <summary>Said before a failure.</summary>
        public string? Said { get; set; }

        public void Fail(params ModelCallException[] failures)
        {
            foreach (var failure in failures) _failures.Enqueue(failure);
        }

        public async Task CalledAsync(int calls)
        {
            while (Calls < calls) Assert.True(await _called.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Calls++;
            _called.Release();
            if (_failures.TryDequeue(out var failure))
            {
                if (Said is { } said) yield return new ChatResponseUpdate(ChatRole.Assistant, said);
                throw failure;
            }

            if (Said is "") yield return new ChatResponseUpdate(ChatRole.Assistant, "");
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "fine") { FinishReason = ChatFinishReason.Stop };
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
