using System.Runtime.CompilerServices;
using BotHub.Core.Context;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models.Routing;

/// <summary>A directory of models that do what a test says.</summary>
public sealed class ScriptedModels(params IReadOnlyList<ScriptedModel> models) : IModelDirectory
{
    /// <summary>The default: all of them, in their order.</summary>
    public ModelRoute Chain { get; set; } = new("smart", [.. models.Select(m => m.Named)]);

    public IReadOnlyList<NamedModel> All => [.. models.Select(m => m.Named)];

    public IReadOnlyList<string> Names => [Chain.Name, .. All.Select(m => m.Name)];

    public NamedModel Get(string? name) => Route(name).Models[0];

    public ModelRoute Route(string? name) => All.FirstOrDefault(m => m.Name == name) is { } one ? ModelRoute.Of(one) : Chain;
}

/// <summary>A model that answers with what a test hands in, and remembers what it was asked.</summary>
public sealed class ScriptedModel : IChatClient, ITokenMeter
{
    private readonly List<IReadOnlyList<ChatMessage>> _prompts = [];

    public ScriptedModel(string name, bool inHouse = false, int context = 2000) =>
        (ContextLength, Named) = (context, new NamedModel(name, "scripted", this, this, 50, $"Model {name}") { InHouse = inHouse });

    public NamedModel Named { get; }

    public int ContextLength { get; }

    public bool Adds => false;

    /// <summary>What it does with a prompt; by default it gives its name.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>>? Act { get; set; }

    public IReadOnlyList<IReadOnlyList<ChatMessage>> Prompts
    {
        get { lock (_prompts) return [.. _prompts]; }
    }

    /// <summary>One token for a word, one for a message.</summary>
    public int Count(IReadOnlyList<ChatMessage> prompt) => prompt.Sum(m => 1 + m.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> prompt = [.. messages];
        lock (_prompts) _prompts.Add(prompt);
        return Act?.Invoke(prompt, options!, cancellationToken) ?? Say(Named.Name);
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    public static async IAsyncEnumerable<ChatResponseUpdate> Say(string text, Exception? then = null)
    {
        await Task.Yield();
        foreach (var word in text.Split(' ').Select((w, i) => i == 0 ? w : $" {w}"))
            if (word.Length > 0) yield return new ChatResponseUpdate(ChatRole.Assistant, word);
        if (then is not null) throw then;
        yield return new ChatResponseUpdate(ChatRole.Assistant, []) { FinishReason = ChatFinishReason.Stop };
    }

    /// <summary>Tells its place in the queue, waits until it is let go, and answers.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> Queue(ChatOptions options, int position, TaskCompletionSource go, string text, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var told = (Action<int>)options.AdditionalProperties![ModelOptions.OnQueuePosition]!;
        told(position);
        await go.Task.WaitAsync(cancel);
        told(0);
        await foreach (var update in Say(text)) yield return update;
    }
}
