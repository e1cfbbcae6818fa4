using System.Text.Json;
using Microsoft.Extensions.AI;

namespace BotHub.Llama.Tests;

public sealed class ChatClientTests(ModelFixture fixture)
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "What is the capital of France?")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_answer_has_text_reason_and_usage()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);

        var response = await client.GetResponseAsync(Question, new ChatOptions { Temperature = 0 }, Stop);

        Assert.Contains("Paris", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(fixture.Model.Tokenizer.CountPrompt(Question), response.Usage?.InputTokenCount);
        Assert.Equal(0, response.Usage?.CachedInputTokenCount);
        Assert.Equal(fixture.Model.Tokenizer.CountText(response.Text), response.Usage?.OutputTokenCount);
        Assert.Equal(fixture.Model.Name, response.ModelId);
        Assert.Single(response.Messages);
    }

    [Fact]
    public async Task A_streamed_answer_ends_with_reason_and_usage()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);

        var updates = await client.GetStreamingResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 3 }, Stop).ToListAsync(Stop);

        Assert.Equal(3, updates.Count(u => u.Text.Length > 0));
        Assert.Equal(ChatFinishReason.Length, updates[^1].FinishReason);
        Assert.Equal(3, updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount);
        Assert.Single(updates.Select(u => u.ResponseId).Distinct());
    }

    [Fact]
    public async Task Options_reach_the_engine()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);
        var options = new ChatOptions
        {
            Instructions = "You are a helpful assistant who answers questions briefly.",
            Temperature = 0.5f,
            TopK = 1,
            TopP = 0.9f,
            Seed = long.MaxValue,
            StopSequences = ["Paris"],
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.1f,
            AdditionalProperties = new() { ["min_p"] = 0.1, ["repeat_penalty"] = JsonSerializer.SerializeToElement(1.05), ["conversation"] = "a" },
        };

        var response = await client.GetResponseAsync(Question, options, Stop);

        Assert.DoesNotContain("Paris", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(response.Usage?.InputTokenCount > fixture.Model.Tokenizer.CountPrompt(Question));
    }

    [Fact]
    public async Task A_conversation_goes_on_where_it_was()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);
        var options = new ChatOptions { Temperature = 0, AdditionalProperties = new() { [LlamaChatClient.ConversationKey] = "a" } };
        List<ChatMessage> history = [new(ChatRole.System, string.Concat(Enumerable.Repeat("You answer questions about geography. ", 12))), .. Question];
        var first = await client.GetResponseAsync(history, options, Stop);
        history.AddRange(first.Messages);
        history.Add(new ChatMessage(ChatRole.User, "And of Spain?"));

        var second = await client.GetResponseAsync(history, options, Stop);

        Assert.True(second.Usage?.CachedInputTokenCount > 64);
        Assert.NotEmpty(second.Text);
    }

    [Fact]
    public async Task The_place_in_the_queue_is_told()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512 });
        using var client = new LlamaChatClient(engine);
        var running = new LlamaRequest { Prompt = [.. fixture.Model.Tokenizer.EncodeText("1, 2, 3, 4, 5, 6,")], MaxOutputTokens = 400, Sampling = new LlamaSampling { Temperature = 0 } };
        var places = new List<int>();
        var options = new ChatOptions { MaxOutputTokens = 2, AdditionalProperties = new() { [LlamaChatClient.QueuePositionKey] = (Action<int>)places.Add } };
        Task<ChatResponse>? waiting = null;

        await foreach (var output in engine.GenerateAsync(running, Stop))
        {
            if (output.Text is not null) waiting ??= client.GetResponseAsync(Question, options, Stop);
            if (places.Count > 0) break;
        }

        Assert.NotNull(waiting);
        await waiting;
        Assert.Equal([1, 0], places);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_clearly()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);

        var json = await Assert.ThrowsAsync<LlamaException>(() => client.GetResponseAsync(Question, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, Stop));
        var number = await Assert.ThrowsAsync<LlamaException>(() => client.GetResponseAsync(Question, new ChatOptions { AdditionalProperties = new() { ["min_p"] = "much" } }, Stop));
        var range = await Assert.ThrowsAsync<LlamaException>(() => client.GetResponseAsync(Question, new ChatOptions { TopP = 2 }, Stop));
        var nothing = await Assert.ThrowsAsync<LlamaException>(() => client.GetResponseAsync([], null, Stop));

        Assert.All((LlamaException[])[json, number, range, nothing], e => Assert.Equal(LlamaErrorKind.InvalidRequest, e.Kind));
        Assert.Contains("min_p is 'much'", number.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_are_found_through_the_client()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);

        Assert.Same(engine, client.GetService(typeof(LlamaEngine)));
        Assert.Same(fixture.Model, client.GetService(typeof(LlamaModel)));
        Assert.Same(fixture.Model.Tokenizer, client.GetService(typeof(LlamaTokenizer)));
        Assert.Same(client, client.GetService(typeof(IChatClient)));
        Assert.Equal("llama.cpp", ((ChatClientMetadata?)client.GetService(typeof(ChatClientMetadata)))?.ProviderName);
        Assert.Null(client.GetService(typeof(string)));
        Assert.Null(client.GetService(typeof(LlamaEngine), "key"));
    }
}
