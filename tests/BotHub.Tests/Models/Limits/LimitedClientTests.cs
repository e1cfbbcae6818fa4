using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using BotHub.Models.Limits;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Tests.Models.Limits;

public sealed class LimitedClientTests : IDisposable
{
    private static readonly ModelLimits Some = ModelLimits.None with { TokensPerMinute = 1000, Concurrency = 2 };

    private readonly WatchedClock _clock = new();
    private readonly ScriptedLimits _limits = new();
    private readonly OneAnswer _model = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<string> _notices = [];

    [Fact]
    public async Task Without_limits_nobody_is_asked()
    {
        await Answer(ModelLimits.None);

        Assert.Empty(_limits.Told);
    }

    [Fact]
    public async Task A_call_asks_for_its_prompt_and_longest_answer_and_gives_back_what_it_did_not_take()
    {
        Assert.Equal("fine", await Answer(Some));

        Assert.Equal(42, Assert.Single(_limits.Asked).Tokens);
        Assert.Equal(["ask 30", "end 7 5"], _limits.Told);
    }

    [Fact]
    public async Task Usage_that_nobody_tells_changes_nothing()
    {
        _model.Usage = null;

        await Answer(Some);

        Assert.Equal(["ask 30", "end 7"], _limits.Told);
    }

    [Fact]
    public async Task A_call_that_has_to_wait_asks_again_and_tells_people_once_it_is_worth_a_word()
    {
        _limits.Answer(ModelGrantOutcome.Wait, wait: 2);
        _limits.Answer(ModelGrantOutcome.Wait, wait: 9);
        _limits.Answer(ModelGrantOutcome.Wait, wait: 8);
        _limits.Answer(ModelGrantOutcome.Wait, wait: 7);
        _limits.Answer(ModelGrantOutcome.Wait, wait: 6);
        var answer = Answer(Some);

        await PassAsync(1, 1, 1, 1, 1);

        Assert.Equal("fine", await answer);
        // Not the two seconds; then the nine, and three seconds later how much is left; then that it goes on.
        Assert.Equal(["wait 9", "wait 6", "wait 0"], _notices);
        Assert.Equal(["ask 30", "ask 29", "ask 28", "ask 27", "ask 26", "ask 25", "end 7 5"], _limits.Told);
        Assert.Single(_limits.Asked.Select(c => c.Id).Distinct());
    }

    [Fact]
    public async Task Whoever_waits_for_a_place_is_told_how_many_are_before()
    {
        for (var i = 0; i < 40; i++) _limits.Answer(ModelGrantOutcome.Wait, ahead: 4);
        var answer = Answer(Some);
        for (var i = 0; i < 40; i++) await PassAsync(0.3);

        await answer;

        // After three seconds, and each three seconds.
        Assert.Equal(["place 5", "place 5", "place 5", "wait 0"], _notices);
    }

    [Fact]
    public async Task Too_long_a_wait_is_not_begun_and_the_queue_is_left()
    {
        _limits.Answer(ModelGrantOutcome.Refused, wait: 300, ahead: 3);

        var error = await Assert.ThrowsAsync<ModelBusyException>(() => Answer(Some));

        Assert.Contains("Models:cloud", error.Message, StringComparison.Ordinal);
        Assert.Equal(["ask 30", "end"], _limits.Told);
        Assert.Equal(0, _model.Calls);
    }

    [Fact]
    public async Task Waiting_for_a_place_ends_with_patience()
    {
        for (var i = 0; i < 40; i++) _limits.Answer(ModelGrantOutcome.Wait, ahead: 100);
        var answer = Answer(Some);
        for (var i = 0; i < 31; i++) await PassAsync(1);

        await Assert.ThrowsAsync<ModelBusyException>(() => answer);
        Assert.Equal("end", _limits.Told.Last());
    }

    [Fact]
    public async Task Whoever_waits_can_stop_and_leaves_the_queue()
    {
        _limits.Answer(ModelGrantOutcome.Wait, wait: 20);
        using var stop = new CancellationTokenSource();
        var answer = Answer(Some, stop.Token);
        Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(["ask 30", "end"], _limits.Told);
    }

    [Fact]
    public async Task A_place_is_renewed_as_long_as_the_answer_lasts()
    {
        _model.Paused = new TaskCompletionSource();
        var answer = Answer(Some);
        Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));
        for (var i = 0; i < 3; i++) _clock.Advance(IModelLimits.PlaceHeld / 3);
        _model.Paused.SetResult();
        await answer;
        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(["ask 30", "renew", "renew", "renew", "end 7 5"], _limits.Told);
    }

    [Fact]
    public async Task A_provider_that_is_busy_is_left_alone_by_all_and_its_refusal_takes_no_tokens()
    {
        _model.Failure = new ModelCallException(ModelFault.Busy, "busy", TimeSpan.FromSeconds(7));

        await Assert.ThrowsAsync<ModelCallException>(() => Answer(Some));

        Assert.Equal(["ask 30", "hold cloud 7", "end 7 0"], _limits.Told);
    }

    [Fact]
    public async Task Without_limits_too_a_busy_provider_is_left_alone()
    {
        _model.Failure = new ModelCallException(ModelFault.Busy, "busy", TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<ModelCallException>(() => Answer(ModelLimits.None));
        Assert.Equal(["hold cloud 7"], _limits.Told);
        (_model.Failure, _limits.Held) = (null, TimeSpan.FromSeconds(7));

        var answer = Answer(ModelLimits.None);
        Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));
        _limits.Held = TimeSpan.Zero;
        _clock.Advance(TimeSpan.FromSeconds(7.5));

        Assert.Equal("fine", await answer);
        Assert.Equal(["wait 7", "wait 0"], _notices);
    }

    [Fact]
    public async Task A_provider_that_is_busy_for_too_long_is_not_waited_for()
    {
        _limits.Held = TimeSpan.FromMinutes(3);

        await Assert.ThrowsAsync<ModelBusyException>(() => Answer(ModelLimits.None));

        Assert.Equal(0, _model.Calls);
    }

    [Fact]
    public async Task Whoever_stops_reading_gives_the_place_back()
    {
        using var client = Client(Some);
        await foreach (var update in client.GetStreamingResponseAsync("x", cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.NotNull(update);
            break;
        }

        Assert.Equal("end 7", _limits.Told.Last());
    }

    [Fact]
    public async Task A_store_that_goes_away_during_an_answer_does_not_end_it()
    {
        _model.Paused = new TaskCompletionSource();
        var answer = Answer(Some);
        Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));
        _limits.Gone = true;
        _clock.Advance(IModelLimits.PlaceHeld);
        _model.Paused.SetResult();

        Assert.Equal("fine", await answer);
    }

    public void Dispose() => _services.Dispose();

    private LimitedClient Client(ModelLimits limits) => new(
        _model, "cloud", limits, _limits, (_, _) => 42, new LimitWaits(_services.GetRequiredService<IMeterFactory>(), NullLogger<LimitWaits>.Instance), _clock, () => 0);

    private async Task<string> Answer(ModelLimits limits, CancellationToken cancel = default)
    {
        using var client = Client(limits);
        var options = new ChatOptions
        {
            AdditionalProperties = new()
            {
                [ModelOptions.OnWait] = (Action<TimeSpan>)(wait => _notices.Add($"wait {wait.TotalSeconds}")),
                [ModelOptions.OnQueuePosition] = (Action<int>)(place => _notices.Add($"place {place}")),
            },
        };
        return (await client.GetResponseAsync("x", options, cancel)).Text;
    }

    private async Task PassAsync(params double[] waits)
    {
        foreach (var seconds in waits)
        {
            Assert.True(await _clock.Waits.WaitAsync(TimeSpan.FromSeconds(30)));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    private sealed class OneAnswer : IChatClient
    {
        public int Calls { get; private set; }

        public UsageDetails? Usage { get; set; } = new() { InputTokenCount = 3, OutputTokenCount = 2 };

        public ModelCallException? Failure { get; set; }

        public TaskCompletionSource? Paused { get; set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Calls++;
            if (Failure is { } failure) throw failure;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "fi");
            if (Paused is { } paused) await paused.Task;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "ne");
            if (Usage is { } usage) yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(usage)]);
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
