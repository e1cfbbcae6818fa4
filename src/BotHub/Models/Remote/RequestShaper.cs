#pragma warning disable SCME0001 // JsonPatch is marked as experimental; it is the SDK's only way to fields that it does not name.
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace BotHub.Models.Remote;

/// <summary>Asks each model in the way it takes: its role for instructions, its name for the limit, nothing that it refuses.</summary>
internal sealed class RequestShaper(IChatClient inner, ModelTraits traits, int maxTokens) : DelegatingChatClient(inner)
{
    private static readonly ChatRole _developer = new("developer");

    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetResponseAsync(Shape(messages), Shape(options), cancellationToken);

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetStreamingResponseAsync(Shape(messages), Shape(options), cancellationToken);

    private IEnumerable<ChatMessage> Shape(IEnumerable<ChatMessage> messages) => traits.Instructions switch
    {
        InstructionRole.System => messages,
        InstructionRole.Developer => messages.Select(m => m.Role == ChatRole.System ? new ChatMessage(_developer, m.Contents) : m),
        _ => messages.Select(m => m.Role == ChatRole.System ? new ChatMessage(ChatRole.User, m.Contents) : m),
    };

    private ChatOptions Shape(ChatOptions? asked)
    {
        var options = asked?.Clone() ?? new ChatOptions();
        var limit = Math.Min(options.MaxOutputTokens ?? maxTokens, maxTokens);
        // What only local models understand, callbacks included, ends here.
        options.AdditionalProperties = null;
        options.TopK = null;
        if (traits.Reasons)
        {
            (options.Temperature, options.TopP, options.StopSequences) = (null, null, null);
            // The thought counts too: what was asked for is the answer's length.
            options.MaxOutputTokens = maxTokens;
            return options;
        }

        // Every server knows the old name of the limit; the SDK only writes the new one.
        options.MaxOutputTokens = null;
        options.RawRepresentationFactory = _ =>
        {
            var raw = new ChatCompletionOptions();
            raw.Patch.Set("$.max_tokens"u8, limit);
            return raw;
        };
        return options;
    }
}
