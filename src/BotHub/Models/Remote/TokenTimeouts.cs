using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Remote;

/// <summary>Ends a call whose first token, or next one, does not come in time.</summary>
internal sealed class TokenTimeouts(IChatClient inner, string model, Patience patience, TimeProvider clock) : DelegatingChatClient(inner)
{
    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var overdue = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, overdue.Token);
        var started = false;
        overdue.CancelAfter(patience.FirstTokenTimeout);
        await using var updates = base.GetStreamingResponseAsync(messages, options, either.Token).GetAsyncEnumerator(either.Token);
        while (await NextAsync(updates, started, cancellationToken))
        {
            started |= IsToken(updates.Current);
            // Whoever reads may take their time: only the model is measured.
            if (started) overdue.CancelAfter(Timeout.InfiniteTimeSpan);
            yield return updates.Current;
            if (started) overdue.CancelAfter(patience.TokenTimeout);
        }
    }

    /// <summary>Whether something was said or thought: providers send empty pieces before that.</summary>
    public static bool IsToken(ChatResponseUpdate update) =>
        update.Contents.Any(c => c is TextContent { Text.Length: > 0 } or TextReasoningContent { Text.Length: > 0 } or FunctionCallContent);

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, bool started, CancellationToken cancel)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ModelCallException(ModelFault.TimedOut, started
                ? $"Models:{model}: no further token in {patience.TokenTimeout.TotalSeconds:0.#} s (TokenTimeout)."
                : $"Models:{model}: no first token in {patience.FirstTokenTimeout.TotalSeconds:0.#} s (FirstTokenTimeout).");
        }
    }
}
