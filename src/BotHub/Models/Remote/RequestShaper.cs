#pragma warning disable SCME0001 // JsonPatch is marked as experimental; it is the SDK's only way to fields that it does not name.
using BotHub.Core.Context;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace BotHub.Models.Remote;

/// <summary>Asks each model in the way it takes: its role for instructions, its name for the limit, nothing that it refuses.</summary>
internal sealed class RequestShaper(IChatClient inner, ModelTraits traits, ITokenMeter meter, int maxTokens) : DelegatingChatClient(inner)
{
    private static readonly ChatRole _developer = new("developer");

    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        AskAsync(Shape(messages), options, cancellationToken);

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Stream(Shape(messages), options, cancellationToken);

    private Task<ChatResponse> AskAsync(List<ChatMessage> prompt, ChatOptions? options, CancellationToken cancel) => base.GetResponseAsync(prompt, Shape(options, prompt), cancel);

    private IAsyncEnumerable<ChatResponseUpdate> Stream(List<ChatMessage> prompt, ChatOptions? options, CancellationToken cancel) => base.GetStreamingResponseAsync(prompt, Shape(options, prompt), cancel);

    private List<ChatMessage> Shape(IEnumerable<ChatMessage> messages)
    {
        var role = traits.Instructions switch { InstructionRole.System => ChatRole.System, InstructionRole.Developer => _developer, _ => ChatRole.User };
        return [.. messages.Select(m => m.Role == ChatRole.System && m.Role != role ? new ChatMessage(role, m.Contents) : m)];
    }

    private ChatOptions Shape(ChatOptions? asked, IReadOnlyList<ChatMessage> prompt)
    {
        var options = asked?.Clone() ?? new ChatOptions();
        var limit = Math.Min(options.MaxOutputTokens ?? maxTokens, maxTokens);
        // What only local models understand, callbacks included, ends here.
        options.AdditionalProperties = null;
        options.TopK = null;
        if (traits.Reasons)
        {
            (options.Temperature, options.TopP, options.StopSequences) = (null, null, null);
            // The thought counts too, and what was asked for is the answer's length: there is room for both where the context has it.
            options.MaxOutputTokens = Math.Clamp(meter.ContextLength - meter.Count(prompt), limit, maxTokens);
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
