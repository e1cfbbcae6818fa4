using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace BotHub.Llama;

/// <summary>
/// The engine as an <see cref="IChatClient"/>. Takes text in the roles system, user and assistant; tools are not offered to the
/// model. <see cref="ChatOptions.AdditionalProperties"/> may hold the keys below.
/// </summary>
/// <param name="engine">The engine; it is not disposed with the client.</param>
public sealed class LlamaChatClient(LlamaEngine engine) : IChatClient
{
    /// <summary>Key: <see cref="LlamaRequest.Conversation"/>, a string. <see cref="ChatOptions.ConversationId"/> is not used, because there it would mean that the server keeps the history.</summary>
    public const string ConversationKey = "conversation";

    /// <summary>Key: <see cref="LlamaSampling.MinP"/>, a number.</summary>
    public const string MinPKey = "min_p";

    /// <summary>Key: <see cref="LlamaSampling.RepeatPenalty"/>, a number.</summary>
    public const string RepeatPenaltyKey = "repeat_penalty";

    /// <summary>Key: an <see cref="Action{T}"/> of int, called with the place in the queue, 1 = next, 0 = begun. Only for requests that wait.</summary>
    public const string QueuePositionKey = "on_queue_position";

    private readonly ChatClientMetadata _metadata = new("llama.cpp", null, engine.Model.Name);

    /// <inheritdoc />
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    /// <exception cref="LlamaException">The request cannot be answered; see <see cref="LlamaException.Kind"/>.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var request = ToRequest([.. messages], options);
        var positionChanged = options?.AdditionalProperties?.GetValueOrDefault(QueuePositionKey) as Action<int>;
        var id = Guid.NewGuid().ToString("N");
        await foreach (var output in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (output.QueuePosition is { } position) positionChanged?.Invoke(position);
            if (output.Text is not null) yield return Update(new TextContent(output.Text), null);
            if (output is { Finish: { } finish, Usage: { } usage })
                yield return Update(new UsageContent(ToDetails(usage)), finish == LlamaFinish.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length);
        }

        ChatResponseUpdate Update(AIContent content, ChatFinishReason? finish) => new(ChatRole.Assistant, [content])
        {
            ResponseId = id,
            MessageId = id,
            ModelId = _metadata.DefaultModelId,
            FinishReason = finish,
        };
    }

    /// <summary>Gives the client itself, its <see cref="ChatClientMetadata"/>, the <see cref="LlamaEngine"/>, <see cref="LlamaModel"/> or <see cref="LlamaTokenizer"/>.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(ChatClientMetadata)) return _metadata;
        if (serviceType == typeof(LlamaEngine)) return engine;
        if (serviceType == typeof(LlamaModel)) return engine.Model;
        if (serviceType == typeof(LlamaTokenizer)) return engine.Model.Tokenizer;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the engine belongs to whoever created it.</summary>
    public void Dispose()
    {
    }

    private LlamaRequest ToRequest(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.ResponseFormat is ChatResponseFormatJson)
            throw new LlamaException(LlamaErrorKind.InvalidRequest, "The local model cannot be held to JSON. Ask for it in the prompt, or use another model.");
        if (!string.IsNullOrEmpty(options?.Instructions)) messages = [new ChatMessage(ChatRole.System, options.Instructions), .. messages];
        var defaults = new LlamaSampling();
        return new LlamaRequest
        {
            Prompt = engine.Model.Tokenizer.EncodePrompt(messages),
            MaxOutputTokens = options?.MaxOutputTokens,
            StopSequences = options?.StopSequences is { } stops ? [.. stops] : [],
            Conversation = options?.AdditionalProperties?.GetValueOrDefault(ConversationKey) as string,
            Sampling = new LlamaSampling
            {
                Temperature = options?.Temperature ?? defaults.Temperature,
                TopP = options?.TopP ?? defaults.TopP,
                TopK = options?.TopK ?? defaults.TopK,
                // A long does not fit the library's seed; its low half is as good.
                Seed = options?.Seed is { } seed ? unchecked((uint)seed) : null,
                FrequencyPenalty = options?.FrequencyPenalty ?? 0f,
                PresencePenalty = options?.PresencePenalty ?? 0f,
                MinP = Number(options, MinPKey) ?? defaults.MinP,
                RepeatPenalty = Number(options, RepeatPenaltyKey) ?? defaults.RepeatPenalty,
            },
        };
    }

    private static float? Number(ChatOptions? options, string key)
    {
        if (options?.AdditionalProperties?.TryGetValue(key, out var value) != true || value is null) return null;
        return value switch
        {
            JsonElement { ValueKind: JsonValueKind.Number } json => json.GetSingle(),
            float or double or decimal or int or long => Convert.ToSingle(value, CultureInfo.InvariantCulture),
            _ => throw new LlamaException(LlamaErrorKind.InvalidRequest, $"{key} is '{value}'; set a number."),
        };
    }

    private static UsageDetails ToDetails(LlamaUsage usage) => new()
    {
        InputTokenCount = usage.InputTokens,
        OutputTokenCount = usage.OutputTokens,
        TotalTokenCount = usage.InputTokens + usage.OutputTokens,
        CachedInputTokenCount = usage.CachedTokens,
    };
}
