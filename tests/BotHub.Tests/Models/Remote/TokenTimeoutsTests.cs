using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BotHub.Core.Models;
using BotHub.Models.Remote;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Models.Remote;

public sealed class TokenTimeoutsTests
{
    private static readonly Patience _patience = new(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));

    private readonly FakeTimeProvider _clock = new();
    private readonly PipedModel _model = new();

    [Fact]
    public async Task The_first_token_is_waited_for_as_long_as_that_is_allowed()
    {
        await using var updates = Ask();
        var first = updates.MoveNextAsync();

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<ModelCallException>(async () => await first);
        Assert.Equal(ModelFault.TimedOut, failure.Fault);
        Assert.Contains("FirstTokenTimeout", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_piece_is_no_token()
    {
        await using var updates = Ask();
        _model.Say("");
        Assert.True(await updates.MoveNextAsync());
        var second = updates.MoveNextAsync();

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<ModelCallException>(async () => await second);
    }

    [Fact]
    public async Task From_token_to_token_less_is_waited_and_each_begins_the_wait_anew()
    {
        await using var updates = Ask();
        for (var i = 0; i < 3; i++)
        {
            var next = updates.MoveNextAsync();
            _clock.Advance(TimeSpan.FromSeconds(9));
            _model.Say("word ");
            Assert.True(await next);
        }

        var last = updates.MoveNextAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("TokenTimeout", (await Assert.ThrowsAsync<ModelCallException>(async () => await last)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_reads_slowly_does_not_end_the_call()
    {
        await using var updates = Ask();
        _model.Say("one ");
        Assert.True(await updates.MoveNextAsync());

        _clock.Advance(TimeSpan.FromMinutes(5));
        _model.Say("two");

        Assert.True(await updates.MoveNextAsync());
        Assert.Equal("two", updates.Current.Text);
    }

    [Fact]
    public async Task Cancellation_is_no_timeout()
    {
        using var stop = new CancellationTokenSource();
        await using var updates = Ask(stop.Token);
        var first = updates.MoveNextAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first);
    }

    private IAsyncEnumerator<ChatResponseUpdate> Ask(CancellationToken cancel = default) =>
        new TokenTimeouts(_model, "m", _patience, _clock).GetStreamingResponseAsync([], null, cancel).GetAsyncEnumerator(CancellationToken.None);

    /// <summary>Says what the test says, when it says it.</summary>
    private sealed class PipedModel : IChatClient
    {
        private readonly Channel<string> _words = Channel.CreateUnbounded<string>();

        public void Say(string word) => _words.Writer.TryWrite(word);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var word in _words.Reader.ReadAllAsync(cancellationToken)) yield return new ChatResponseUpdate(ChatRole.Assistant, word);
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
