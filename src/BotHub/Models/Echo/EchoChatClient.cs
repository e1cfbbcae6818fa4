using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Echo;

/// <summary>
/// Repeats the user's last message, at a set speed: for trying channels without a model, and for load tests in which the
/// model's pace must be known. Empty input is answered with nothing.
/// </summary>
internal sealed class EchoChatClient(EchoOptions options, TimeProvider time) : IChatClient
{
    /// <summary>The model id in every response.</summary>
    public const string ModelId = "echo";

    /// <summary>At most this many updates a second: faster speech comes in bigger pieces, as timers are no finer.</summary>
    private const double UpdatesPerSecond = 50;

    /// <inheritdoc />
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? chatOptions = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, chatOptions, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? chatOptions = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var text = prompt.LastOrDefault(m => m.Role == ChatRole.User)?.Text ?? "";
        var start = time.GetTimestamp();
        var said = 0;
        while (said < text.Length)
        {
            var end = End(text, said);
            await Wait(Due(said), start, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, text[said..end]) { ModelId = ModelId };
            said = end;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(WordMeter.Usage(prompt, text))])
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

    /// <summary>Where the piece that starts at <paramref name="said"/> ends; a surrogate pair is never split.</summary>
    private int End(string text, int said)
    {
        if (options.CharactersPerSecond <= 0)
            return text.Length;
        var end = Math.Min(text.Length, said + (int)Math.Max(1, options.CharactersPerSecond / UpdatesPerSecond));
        return end < text.Length && char.IsLowSurrogate(text[end]) ? end + 1 : end;
    }

    /// <summary>When the character at this place is due. Counted from the start, so that late timers do not add up.</summary>
    private TimeSpan Due(int said) => options.CharactersPerSecond <= 0
        ? options.FirstTokenDelay
        : options.FirstTokenDelay + TimeSpan.FromSeconds(said / options.CharactersPerSecond);

    private async Task Wait(TimeSpan due, long start, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var left = due - time.GetElapsedTime(start);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, time, cancellationToken);
    }
}
