using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Eliza;

/// <summary>
/// Answers by Weizenbaum's 1966 method: no language model, no network, the same reply everywhere. It keeps nothing between
/// calls: each request replays the user's messages it carries, so any replica continues any conversation.
/// </summary>
internal sealed class ElizaChatClient(ElizaScript script) : IChatClient
{
    /// <summary>The model id in every response.</summary>
    public const string ModelId = "eliza";

    /// <inheritdoc />
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var prompt = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var reply = Reply(prompt);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, reply))
        {
            ModelId = ModelId,
            FinishReason = ChatFinishReason.Stop,
            Usage = WordMeter.Usage(prompt, reply),
        });
    }

    /// <inheritdoc />
    /// <remarks>One update for each word, then one with the usage.</remarks>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var prompt = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var reply = Reply(prompt);
        var separator = "";
        foreach (var word in reply.Split(' '))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, separator + word) { ModelId = ModelId };
            separator = " ";
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(WordMeter.Usage(prompt, reply))])
        {
            ModelId = ModelId,
            FinishReason = ChatFinishReason.Stop,
        };
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null) => this.Service(serviceType, serviceKey, ModelId);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private string Reply(IEnumerable<ChatMessage> prompt)
    {
        var conversation = new ElizaConversation(script);
        var reply = script.Greeting;
        foreach (var message in prompt)
            if (message.Role == ChatRole.User)
                reply = conversation.Respond(message.Text);
        return reply;
    }
}
