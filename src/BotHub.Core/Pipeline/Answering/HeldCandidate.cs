using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// A candidate that another may take the place of: nothing of it comes out before the first visible character, so that whatever fails
/// until then leaves no trace. A continuation is joined to what was shown; an answer without a word is a failure; and a call that would
/// wait too long in the model's queue gives up.
/// </summary>
/// <param name="queueTime">How long the call may wait in the model's queue; null: as long as it takes.</param>
/// <param name="join">Joins a continuation; null for an answer from its beginning.</param>
/// <param name="thoughts">What a model thinks is shown too.</param>
/// <param name="last">Nobody comes behind it: an empty answer is passed on as it is.</param>
internal sealed class HeldCandidate(CandidateClient candidate, ModelHealth health, TimeSpan? queueTime, Continuation? join, bool thoughts, bool last, TimeProvider clock)
    : DelegatingChatClient(candidate)
{
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var wait = new QueueLimit(queueTime, candidate, health, clock, cancellationToken);
        List<ChatResponseUpdate> held = [];
        var (visible, cut) = (false, false);
        await using var updates = base.GetStreamingResponseAsync(messages, wait.Told(options), wait.Token).GetAsyncEnumerator(wait.Token);
        while (await NextAsync(updates, wait, cancellationToken))
        {
            var update = join is null ? updates.Current : Joined(updates.Current, join.Push);
            cut |= update.FinishReason == ChatFinishReason.Length;
            if (visible)
            {
                yield return update;
                continue;
            }

            held.Add(update);
            if (!IsVisible(update, thoughts)) continue;
            visible = true;
            foreach (var early in held) yield return early;
        }

        if (join?.End() is { Length: > 0 } rest) yield return new ChatResponseUpdate(ChatRole.Assistant, rest);
        if (visible) yield break;
        // A continuation that only repeats has found the answer whole.
        if (!last && !cut && join is null) throw new ModelCallException(ModelFault.Malformed, $"Models:{candidate.Model.Name}: the answer was empty.");
        foreach (var early in held) yield return early;
    }

    private static bool IsVisible(ChatResponseUpdate update, bool thoughts)
    {
        foreach (var content in update.Contents)
            if (content is TextContent { Text: var text } && !string.IsNullOrWhiteSpace(text) || thoughts && content is TextReasoningContent { Text.Length: > 0 }) return true;
        return false;
    }

    private static ChatResponseUpdate Joined(ChatResponseUpdate update, Func<string, string> push)
    {
        for (var i = 0; i < update.Contents.Count; i++)
            if (update.Contents[i] is TextContent { Text: { Length: > 0 } text }) update.Contents[i] = new TextContent(push(text));
        return update;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, QueueLimit wait, CancellationToken cancel)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (wait.Passed && !cancel.IsCancellationRequested)
        {
            throw wait.Failure;
        }
    }

    /// <summary>Ends a call that waits in its model's queue: at once where the likely wait is too long, else when the limit is over.</summary>
    private sealed class QueueLimit(TimeSpan? limit, CandidateClient candidate, ModelHealth health, TimeProvider clock, CancellationToken cancel) : IDisposable
    {
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        private readonly Lock _gate = new();
        private ITimer? _timer;
        private Action<int>? _outer;
        private bool _begun;

        public CancellationToken Token => _source.Token;

        public bool Passed { get; private set; }

        public QueueTooLongException Failure { get; } = new(candidate.Model.Name);

        /// <summary>The options with an ear at the queue.</summary>
        public ChatOptions? Told(ChatOptions? options)
        {
            if (limit is null) return options;
            var own = options?.Clone() ?? new ChatOptions();
            var extra = own.AdditionalProperties ??= [];
            _outer = extra.TryGetValue(ModelOptions.OnQueuePosition, out Action<int>? outer) ? outer : null;
            extra[ModelOptions.OnQueuePosition] = (Action<int>)(position =>
            {
                if (!Hear(position)) _outer?.Invoke(position);
            });
            var waiting = extra.TryGetValue(ModelOptions.OnWait, out Action<TimeSpan>? other) ? other : null;
            extra[ModelOptions.OnWait] = (Action<TimeSpan>)(time =>
            {
                if (!Hear(time)) waiting?.Invoke(time);
            });
            return own;
        }

        /// <returns>True when the call ends here.</returns>
        private bool Hear(int position)
        {
            lock (_gate)
            {
                if (Passed || _begun) return Passed;
                _begun = position == 0;
                if (_begun) _timer?.Dispose();
                else if (health.EstimateWait(position) > limit!.Value.TotalSeconds) return End();
                else _timer ??= clock.CreateTimer(static s => ((QueueLimit)s!).OnTime(), this, limit.Value, Timeout.InfiniteTimeSpan);
                return false;
            }
        }

        /// <summary>The same of a wait whose length is known: for a provider, or for the model's limits.</summary>
        private bool Hear(TimeSpan time)
        {
            lock (_gate) return Passed || (!_begun && time > limit!.Value && End());
        }

        private void OnTime()
        {
            lock (_gate)
                if (!_begun && !Passed) End();
        }

        private bool End()
        {
            Passed = true;
            candidate.GiveUp();
            // People no longer wait in this queue.
            _outer?.Invoke(0);
            // Not from within the model's own call.
            _ = Task.Run(_source.Cancel);
            return true;
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _begun = true;
                _timer?.Dispose();
            }

            // A cancellation that is under way holds it a moment longer.
            if (!Passed) _source.Dispose();
        }
    }
}
