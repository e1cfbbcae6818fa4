using System.Globalization;
using Microsoft.Extensions.AI;

namespace BotHub.Llama.Tests;

/// <summary>What is computed once and used again: a conversation's own cells, saved ones, and those of a common beginning.</summary>
public sealed class CacheTests(ModelFixture fixture)
{
    // Cells may be given up to fill a tile of 64 rows, and 16 rows are computed one by one.
    private const int Tile = 64;

    [Fact]
    public async Task A_second_turn_computes_only_what_is_new()
    {
        using var engine = fixture.Engine();
        ChatMessage[] first = [System(1), new(ChatRole.User, "What is the capital of France?")];
        var one = await Ask(engine, "a", first);
        var evaluated = engine.Health.EvaluatedPromptTokens;

        var two = await Ask(engine, "a", [.. first, new(ChatRole.Assistant, one.Text), new(ChatRole.User, "Say that once more.")]);

        Assert.Contains("Paris", one.Text, StringComparison.Ordinal);
        Assert.Equal(0, one.Usage.CachedTokens);
        Assert.InRange(two.Usage.CachedTokens, one.Usage.InputTokens - Tile, two.Usage.InputTokens - 1);
        Assert.Equal(two.Usage.InputTokens - two.Usage.CachedTokens, engine.Health.EvaluatedPromptTokens - evaluated);
        Assert.NotEmpty(two.Text);
    }

    [Fact]
    public async Task Conversations_share_the_cells_of_their_common_beginning()
    {
        using var engine = fixture.Engine();
        await Ask(engine, "a", [System(1), new(ChatRole.User, "Good morning.")]);

        var other = await Ask(engine, "b", [System(1), new(ChatRole.User, "What is the capital of France?")]);

        Assert.True(other.Usage.CachedTokens > 0);
        Assert.InRange(other.Usage.InputTokens - other.Usage.CachedTokens, 1, Tile);
        Assert.Contains("Paris", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_beginning_that_is_being_computed_is_waited_for()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 4, ContextPerSlot = 512, BatchTokens = 128 });
        var alone = fixture.Model.Tokenizer.CountPrompt([System(1), new(ChatRole.User, "What is the capital of France?")]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Ask(engine, i.ToString(CultureInfo.InvariantCulture), [System(1), new(ChatRole.User, "What is the capital of France?")])));

        Assert.All(answers, a => Assert.Contains("Paris", a.Text, StringComparison.Ordinal));
        Assert.InRange(engine.Health.EvaluatedPromptTokens, alone, alone + 3 * Tile);
    }

    [Fact]
    public async Task A_conversation_that_lost_its_slot_is_restored()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 2, ContextPerSlot = 512 });
        ChatMessage[] first = [System(0), new(ChatRole.User, "What is the capital of France?")];
        var one = await Ask(engine, "0", first);
        for (var i = 1; i < 5; i++) await Ask(engine, i.ToString(CultureInfo.InvariantCulture), [System(i), new(ChatRole.User, "Hello")]);
        Assert.Equal(3, engine.Health.Snapshots);

        var two = await Ask(engine, "0", [.. first, new(ChatRole.Assistant, one.Text), new(ChatRole.User, "What is the capital of France?")]);

        Assert.InRange(two.Usage.CachedTokens, one.Usage.InputTokens - Tile, two.Usage.InputTokens - 1);
        Assert.NotEmpty(two.Text);
        // Its own snapshot went back into the slot, and the slot's last owner was saved.
        Assert.Equal(3, engine.Health.Snapshots);
    }

    [Fact]
    public async Task Without_memory_for_snapshots_the_prompt_is_computed_again()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512, SnapshotBytes = 0 });
        await Ask(engine, "0", [System(0), new(ChatRole.User, "Hello")]);
        await Ask(engine, "1", [System(1), new(ChatRole.User, "Hello")]);

        var again = await Ask(engine, "0", [System(0), new(ChatRole.User, "What is the capital of France?")]);

        // Only the opening of the chat format is common to all.
        Assert.InRange(again.Usage.CachedTokens, 0, 3);
        Assert.Contains("Paris", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_stay_within_their_memory()
    {
        const long Limit = 7 << 20;
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512, SnapshotBytes = Limit });
        for (var i = 0; i < 4; i++)
        {
            await Ask(engine, i.ToString(CultureInfo.InvariantCulture), [System(i), new(ChatRole.User, "Hello")], maxTokens: 2);
            Assert.InRange(engine.Health.SnapshotBytes, 0, Limit);
        }

        Assert.InRange(engine.Health.Snapshots, 1, 2);
    }

    [Fact]
    public async Task A_cancelled_answer_leaves_its_cells_for_the_next_try()
    {
        using var engine = fixture.Engine();
        ChatMessage[] messages = [System(1), new(ChatRole.User, "What is the capital of France?")];
        var request = Request("a", messages, 100);
        await foreach (var output in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (output.Text is not null) break;
        }

        var again = await Ask(engine, "a", messages);

        Assert.InRange(again.Usage.InputTokens - again.Usage.CachedTokens, 1, Tile);
        Assert.Contains("Paris", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_history_is_computed_from_the_change_on()
    {
        using var engine = fixture.Engine();
        await Ask(engine, "a", [System(1), new(ChatRole.User, "Tell me about bread."), new(ChatRole.Assistant, "Bread is baked."), new(ChatRole.User, "And cake?")]);

        var changed = await Ask(engine, "a", [System(1), new(ChatRole.User, "What is the capital of France?")]);

        Assert.InRange(changed.Usage.InputTokens - changed.Usage.CachedTokens, 1, Tile);
        Assert.Contains("Paris", changed.Text, StringComparison.Ordinal);
    }

    private Task<(string Text, LlamaFinish Finish, LlamaUsage Usage)> Ask(LlamaEngine engine, string conversation, ChatMessage[] messages, int maxTokens = 12) =>
        Run.ToEnd(engine, Request(conversation, messages, maxTokens));

    private LlamaRequest Request(string conversation, ChatMessage[] messages, int maxTokens) => new()
    {
        Prompt = fixture.Model.Tokenizer.EncodePrompt(messages),
        Conversation = conversation,
        MaxOutputTokens = maxTokens,
        Sampling = new LlamaSampling { Temperature = 0 },
    };

    /// <summary>About 120 tokens that differ from the first word on.</summary>
    private static ChatMessage System(int number) => new(ChatRole.System,
        $"{number} is your number. " + string.Concat(Enumerable.Repeat("You are a helpful assistant who answers questions about geography briefly and correctly. ", 8)));
}
