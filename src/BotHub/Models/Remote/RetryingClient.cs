using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Remote;

/// <summary>
/// Asks again when a call fails for a reason that may pass, until the first token: what was said once is never said anew. Waits grow
/// twofold with a random part; what the provider asks for in its answer is waited for, up to a limit.
/// </summary>
/// <param name="chance">0 to 1, below 1.</param>
internal sealed partial class RetryingClient(
    IChatClient inner, Patience patience, TimeProvider clock, Func<double> chance, ILogger logger) : DelegatingChatClient(inner)
{
    /// <summary>People are told of waits from here on.</summary>
    private static readonly TimeSpan _noticed = TimeSpan.FromSeconds(3);

    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> prompt = [.. messages];
        var onWait = options?.AdditionalProperties?.TryGetValue(ModelOptions.OnWait, out Action<TimeSpan>? told) == true ? told : null;
        for (var tries = 0; ; tries++)
        {
            var attempt = new Attempt(base.GetStreamingResponseAsync(prompt, options, cancellationToken).GetAsyncEnumerator(cancellationToken));
            await using (attempt)
            {
                while (await attempt.NextAsync())
                    foreach (var update in attempt.Ready)
                        yield return update;
            }

            if (attempt.Failure is not { } failure) yield break;
            if (attempt.Started || !failure.IsTransient || tries == patience.Retries || Delay(failure, tries) is not { } delay) throw Final(failure);
            Log.Again(logger, failure.Message, tries + 1, patience.Retries, delay.TotalSeconds);
            if (delay >= _noticed) onWait?.Invoke(delay);
            await Task.Delay(delay, clock, cancellationToken);
            if (delay >= _noticed) onWait?.Invoke(TimeSpan.Zero);
        }
    }

    /// <summary>Null when the provider asks for more than may be waited.</summary>
    private TimeSpan? Delay(ModelCallException failure, int tries)
    {
        // A little later than asked, each at another time: whoever was refused together would come back together.
        if (failure.RetryAfter is { } asked) return asked <= patience.MaxRetryDelay ? asked * (1 + chance() / 10) : null;
        var longest = Math.Min(patience.RetryDelay.TotalSeconds * Math.Pow(2, tries), patience.MaxRetryDelay.TotalSeconds);
        return TimeSpan.FromSeconds(longest * (1 + chance()) / 2);
    }

    private static Exception Final(ModelCallException failure) =>
        failure.Fault is ModelFault.Busy or ModelFault.Quota ? new ModelBusyException(failure.Message, failure) : failure;

    /// <summary>One call. What comes before its first token is kept back, as it would be void with a second call.</summary>
    private sealed class Attempt(IAsyncEnumerator<ChatResponseUpdate> updates) : IAsyncDisposable
    {
        private readonly List<ChatResponseUpdate> _kept = [];

        public bool Started { get; private set; }

        public ModelCallException? Failure { get; private set; }

        public IReadOnlyList<ChatResponseUpdate> Ready { get; private set; } = [];

        public async ValueTask<bool> NextAsync()
        {
            try
            {
                if (await updates.MoveNextAsync())
                {
                    _kept.Add(updates.Current);
                    Started |= TokenTimeouts.IsToken(updates.Current);
                    if (Started) Release();
                    else Ready = [];
                    return true;
                }

                // An answer without a token is an answer too.
                if (_kept.Count == 0) return false;
                Release();
                return true;
            }
            catch (ModelCallException e)
            {
                Failure = e;
                return false;
            }
        }

        public ValueTask DisposeAsync() => updates.DisposeAsync();

        private void Release()
        {
            Ready = [.. _kept];
            _kept.Clear();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelCallRepeated", Level = LogLevel.Warning, Message = "{Reason} Try {Try} of {Tries} follows in {Seconds:0.0} s.")]
        public static partial void Again(ILogger logger, string reason, int @try, int tries, double seconds);
    }
}
