using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace BotHub.Models.Remote;

/// <summary>
/// Makes answers and errors of a provider ours: a judgement of its content filter is a <see cref="ModelRefusedException"/>, every
/// other failure a <see cref="ModelCallException"/>, and an answer that just stops is none.
/// </summary>
internal sealed class AnswerReader(IChatClient inner, string model, TimeProvider clock) : DelegatingChatClient(inner)
{
    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var ended = false;
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, cancellationToken))
        {
            var update = updates.Current;
            if (update.RawRepresentation is StreamingChatCompletionUpdate chunk)
            {
                if (FilterAnnotations.Of(chunk) is { } verdict) throw new ModelRefusedException(verdict);
                if (Thoughts.Of(chunk) is { Length: > 0 } thought && !update.Contents.Any(c => c is TextReasoningContent)) update.Contents.Add(new TextReasoningContent(thought));
                // The model's own "I cannot do that" comes in a field of its own, and is an answer like any other.
                if (chunk.RefusalUpdate is { Length: > 0 } refusal) update.Contents.Add(new TextContent(refusal));
            }

            ended |= update.FinishReason is not null;
            yield return update;
        }

        if (!ended) throw new ModelCallException(ModelFault.Unreachable, $"Models:{model}: the answer broke off without a reason.");
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancel)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ModelCallException(ModelFault.TimedOut, $"Models:{model}: no connection in time.");
        }
        catch (Exception e) when (ProviderError.Translate(e, model, clock) is { } ours)
        {
            throw ours;
        }
    }
}
