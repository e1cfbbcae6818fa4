using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using BotHub.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.RealModel;

/// <summary>The configured models; remembers every prompt with the model that was given it.</summary>
internal sealed class RecordedModels(ModelDirectory models) : IModelDirectory
{
    public ConcurrentQueue<(string Model, IReadOnlyList<ChatMessage> Prompt)> Prompts { get; } = [];

    public IReadOnlyList<NamedModel> All => models.All;

    public IReadOnlyList<string> Names => models.Names;

    public NamedModel Get(string? name) => Recorded(models.Get(name));

    public ModelRoute Route(string? name)
    {
        var route = models.Route(name);
        return route with { Models = [.. route.Models.Select(Recorded)] };
    }

    private NamedModel Recorded(NamedModel model) => model with { Client = new Recorder(model, Prompts) };

    private sealed class Recorder(NamedModel model, ConcurrentQueue<(string, IReadOnlyList<ChatMessage>)> prompts) : DelegatingChatClient(model.Client)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            IReadOnlyList<ChatMessage> prompt = [.. messages];
            prompts.Enqueue((model.Name, prompt));
            await foreach (var update in base.GetStreamingResponseAsync(prompt, options, cancellationToken)) yield return update;
        }
    }
}
