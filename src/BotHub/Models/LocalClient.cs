using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using BotHub.Llama;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>
/// The engine's client as the pipeline wants it: a full queue is a <see cref="ModelBusyException"/>, and what the client
/// works with is freed with it.
/// </summary>
/// <param name="client">The engine's client.</param>
/// <param name="owned">Engine and model, in the order in which they are to be freed.</param>
internal sealed class LocalClient(IChatClient client, params IReadOnlyList<IDisposable> owned) : DelegatingChatClient(client)
{
    /// <inheritdoc />
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Next(updates))
            yield return updates.Current;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        foreach (var part in owned)
            part.Dispose();
    }

    private static async ValueTask<bool> Next(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (LlamaQueueFullException e)
        {
            throw new ModelBusyException(e.Message, e);
        }
    }
}
