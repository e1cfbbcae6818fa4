using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>
/// Goes through the library's telemetry where somebody listens to it. It gathers each answer a second time for its spans, also when there
/// are none.
/// </summary>
/// <param name="observed">The same client with telemetry around it.</param>
/// <param name="metered">Somebody collects metrics.</param>
internal sealed class ObservedClient(IChatClient client, IChatClient observed, bool metered) : DelegatingChatClient(observed)
{
    /// <summary>Where the library puts the GenAI spans and metrics of wrapped chat clients.</summary>
    public const string Source = "Experimental.Microsoft.Extensions.AI";

    /// <summary>Only asked who listens: listeners go by the source's name, and the library keeps its own to itself.</summary>
    private static readonly ActivitySource Spans = new(Source);

    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Current.GetResponseAsync(messages, options, cancellationToken);

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Current.GetStreamingResponseAsync(messages, options, cancellationToken);

    private IChatClient Current => metered || Spans.HasListeners() ? InnerClient : client;
}
