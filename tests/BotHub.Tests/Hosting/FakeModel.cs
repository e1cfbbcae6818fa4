using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BotHub.Core.Context;
using BotHub.Core.Models;
using BotHub.Core.Prompts;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Hosting;

/// <summary>
/// A model that does what the message says: <c>say X</c>, <c>hang</c> (one word, then silence until cancelled),
/// <c>deaf</c> (the same, but it cannot be cancelled), <c>fail</c>,
/// <c>fail midway</c>, <c>nothing</c>, <c>spell X</c> (a delta for every character). Anything else is repeated.
/// </summary>
public sealed class FakeModel : IChatClient, ITokenMeter, IModelDirectory, IPromptLibrary
{
    private readonly List<IReadOnlyList<ChatMessage>> _prompts = [];

    public FakeModel() => Named = new NamedModel("fake", "fake", this, this, MaxTokens: 100, "Fake model");

    public const string Secret = "connection string of the secret server";

    public NamedModel Named { get; set; }

    public int ContextLength { get; set; } = 2000;

    public bool Adds => false;

    /// <summary>What a test wants certain questions to be answered with.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    /// <summary>Everything that was sent to the model, oldest first.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Prompts
    {
        get { lock (_prompts) return [.. _prompts]; }
    }

    public IReadOnlyList<NamedModel> All => [Named];

    public NamedModel Get(string? name) => Named;

    Persona IPromptLibrary.Get(string? id) => new("test", 1, "for tests", null, new PersonaSampling(), "You are {{bot_name}}.", "000000000000");

    /// <summary>One token for a word, one for a message.</summary>
    public int Count(IReadOnlyList<ChatMessage> prompt) => prompt.Sum(m => 1 + m.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> prompt = [.. messages];
        lock (_prompts) _prompts.Add(prompt);
        var text = prompt[^1].Text;
        await Task.Yield();
        switch (text)
        {
            case "fail":
                throw new InvalidOperationException(Secret);
            case "fail midway":
                yield return Update("So far so good");
                throw new InvalidOperationException(Secret);
            case "busy":
                throw new ModelBusyException(Secret);
            case "hang":
                yield return Update("Wait");
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case "deaf":
                yield return Update("Wait");
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                break;
            case "nothing":
                break;
            case var spell when spell.StartsWith("spell ", StringComparison.Ordinal):
                foreach (var c in spell[6..])
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return Update(c.ToString());
                }

                break;
            case var known when Answers.TryGetValue(known, out var answer):
                foreach (var piece in answer.Chunk(300)) yield return Update(new string(piece));
                break;
            default:
                yield return Update(text.StartsWith("say ", StringComparison.Ordinal) ? text[4..] : text);
                break;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = Count(prompt), OutputTokenCount = 3 })]) { FinishReason = ChatFinishReason.Stop };
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private static ChatResponseUpdate Update(string text) => new(ChatRole.Assistant, text);
}
