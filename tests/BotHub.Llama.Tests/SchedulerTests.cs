using System.Collections;

namespace BotHub.Llama.Tests;

/// <summary>Many requests on one engine. A prompt of numbers is continued with numbers for as long as one likes.</summary>
public sealed class SchedulerTests(ModelFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixteen_conversations_advance_together()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 16, ContextPerSlot = 256 });
        var started = 0;
        var startedWhenFirstEnded = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var first = true;
            await foreach (var output in engine.GenerateAsync(Numbers(24, from: i), Stop))
            {
                if (output.Text is not null && first)
                {
                    first = false;
                    Interlocked.Increment(ref started);
                }
                if (output.Finish is null) continue;
                Interlocked.CompareExchange(ref startedWhenFirstEnded, Volatile.Read(ref started), 0);
                Assert.Equal(24, output.Usage!.Value.OutputTokens);
            }
        }));

        Assert.Equal(16, startedWhenFirstEnded);
    }

    [Fact]
    public async Task More_requests_than_slots_are_all_answered()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 3, ContextPerSlot = 256 });

        var results = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => Run.ToEnd(engine, Numbers(3 + i, from: i))));

        Assert.Equal(Enumerable.Range(3, 9), results.Select(r => r.Usage.OutputTokens));
        Assert.All(results, r => Assert.Equal(LlamaFinish.Length, r.Finish));
        Assert.Equal(0, engine.Health.Active);
        Assert.Equal(results.Sum(r => (long)r.Usage.OutputTokens), engine.Health.GeneratedTokens);
    }

    [Fact]
    public async Task A_cancelled_request_frees_its_slot_and_the_others_go_on()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 2, ContextPerSlot = 512 });
        using var cancel = new CancellationTokenSource();
        await using var endless = engine.GenerateAsync(Numbers(400), cancel.Token).GetAsyncEnumerator(Stop);
        Assert.True(await endless.MoveNextAsync());
        var other = Run.ToEnd(engine, Numbers(60));
        var waiting = Run.ToEnd(engine, Numbers(5));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await endless.MoveNextAsync())
            {
            }
        });
        Assert.Equal(5, (await waiting).Usage.OutputTokens);
        Assert.Equal(60, (await other).Usage.OutputTokens);
    }

    [Fact]
    public async Task Leaving_the_enumeration_cancels()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512 });
        await foreach (var output in engine.GenerateAsync(Numbers(400), Stop))
        {
            if (output.Text is not null) break;
        }

        Assert.Equal(3, (await Run.ToEnd(engine, Numbers(3))).Usage.OutputTokens);
        Assert.InRange(engine.Health.GeneratedTokens, 4, 300);
    }

    [Fact]
    public async Task Waiting_requests_know_their_place_and_a_full_queue_refuses()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512, QueueCapacity = 2 });
        await using var running = engine.GenerateAsync(Numbers(400), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await running.MoveNextAsync());
        await using var second = engine.GenerateAsync(Numbers(2), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await second.MoveNextAsync());
        Assert.Equal(1, second.Current.QueuePosition);
        await using var third = engine.GenerateAsync(Numbers(2), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await third.MoveNextAsync());
        Assert.Equal(2, third.Current.QueuePosition);

        var full = await Assert.ThrowsAsync<LlamaQueueFullException>(() => Run.ToEnd(engine, Numbers(2)));
        Assert.Equal(LlamaErrorKind.QueueFull, full.Kind);
        Assert.Equal(2, engine.Health.Waiting);

        await running.DisposeAsync();
        Assert.Equal((int[])[0], await Positions(second));
        Assert.Equal((int[])[1, 0], await Positions(third));
        Assert.Equal(2, (await Run.ToEnd(engine, Numbers(2))).Usage.OutputTokens);
    }

    [Fact]
    public async Task A_request_cancelled_in_the_queue_makes_room()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512, QueueCapacity = 1 });
        using var cancel = new CancellationTokenSource();
        await using var running = engine.GenerateAsync(Numbers(400), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await running.MoveNextAsync());
        await using var waiting = engine.GenerateAsync(Numbers(2), cancel.Token).GetAsyncEnumerator(Stop);
        Assert.True(await waiting.MoveNextAsync());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting.MoveNextAsync());
        // The engine notices between two steps; the running answer's next token proves that one has passed.
        while (engine.Health.Waiting > 0) Assert.True(await running.MoveNextAsync());

        await using var next = engine.GenerateAsync(Numbers(2), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await next.MoveNextAsync());
        Assert.Equal(1, next.Current.QueuePosition);
    }

    [Fact]
    public async Task The_token_limit_ends_an_answer()
    {
        using var engine = fixture.Engine();

        var (_, finish, usage) = await Run.ToEnd(engine, Numbers(7));

        Assert.Equal(LlamaFinish.Length, finish);
        Assert.Equal(7, usage.OutputTokens);
    }

    [Fact]
    public async Task The_end_of_the_context_ends_an_answer()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 2, ContextPerSlot = 256 });

        var (_, finish, usage) = await Run.ToEnd(engine, Numbers(null));

        Assert.Equal(LlamaFinish.Length, finish);
        // The last token is drawn from a full context and never evaluated.
        Assert.Equal(engine.ContextPerSlot + 1, usage.InputTokens + usage.OutputTokens);
    }

    [Fact]
    public async Task A_prompt_longer_than_a_slot_is_refused_before_anything_runs()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 256 });

        var error = await Assert.ThrowsAsync<LlamaException>(() => Run.ToEnd(engine, new LlamaRequest { Prompt = new int[256] }));

        Assert.Equal(LlamaErrorKind.PromptTooLong, error.Kind);
        Assert.Contains("256 tokens", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, engine.Health.EvaluatedPromptTokens);
    }

    [Fact]
    public async Task Stop_sequences_end_an_answer_and_are_not_shown()
    {
        using var engine = fixture.Engine();

        var (text, finish, _) = await Run.ToEnd(engine, Numbers(100) with { StopSequences = ["###", " 11, 1"] });

        Assert.Equal(LlamaFinish.Stop, finish);
        Assert.Equal(" 8, 9, 10,", text);
    }

    [Fact]
    public async Task Equal_seeds_give_equal_texts_when_nothing_else_runs()
    {
        var texts = new List<string>();
        foreach (var seed in (uint[])[1, 1, 2])
        {
            // A fresh engine each time: a kept prefix would change the shape of the sums.
            using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 256 });
            var request = new LlamaRequest
            {
                Prompt = fixture.Prompt("Tell me a story."),
                MaxOutputTokens = 24,
                Sampling = new LlamaSampling { Temperature = 1.5f, Seed = seed, MinP = 0, TopP = 1, RepeatPenalty = 1.1f },
            };
            texts.Add((await Run.ToEnd(engine, request)).Text);
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
    }

    [Fact]
    public async Task A_failure_of_one_request_is_its_own()
    {
        using var engine = fixture.Engine();
        var good = Run.ToEnd(engine, Numbers(30));

        var error = await Assert.ThrowsAsync<LlamaException>(() =>
            Run.ToEnd(engine, Numbers(30) with { StopSequences = new BrokenList(new InvalidOperationException("broken")) }));

        Assert.Equal(LlamaErrorKind.DecodeFailed, error.Kind);
        Assert.Equal(30, (await good).Usage.OutputTokens);
        Assert.True(engine.Health.Healthy);
        Assert.Equal(4, (await Run.ToEnd(engine, Numbers(4))).Usage.OutputTokens);
    }

    [Fact]
    public async Task A_dead_engine_fails_every_request_and_says_so()
    {
        using var engine = fixture.Engine(new LlamaEngineOptions { Slots = 2, ContextPerSlot = 512 });
        var running = Run.ToEnd(engine, Numbers(400));
        var deadly = Run.ToEnd(engine, Numbers(30) with { StopSequences = new BrokenList(new InsufficientMemoryException("broken")) });
        var waiting = Run.ToEnd(engine, Numbers(30));

        foreach (var request in (Task[])[running, deadly, waiting])
            Assert.Equal(LlamaErrorKind.EngineStopped, (await Assert.ThrowsAsync<LlamaException>(() => request)).Kind);
        Assert.False(engine.Health.Healthy);
        Assert.Contains("broken", engine.Health.Problem, StringComparison.Ordinal);
        Assert.Equal(LlamaErrorKind.EngineStopped, (await Assert.ThrowsAsync<LlamaException>(() => Run.ToEnd(engine, Numbers(1)))).Kind);
    }

    [Fact]
    public async Task Disposing_ends_running_and_waiting_requests()
    {
        var engine = fixture.Engine(new LlamaEngineOptions { Slots = 1, ContextPerSlot = 512 });
        await using var running = engine.GenerateAsync(Numbers(400), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await running.MoveNextAsync());
        var waiting = Run.ToEnd(engine, Numbers(30));

        engine.Dispose();

        Assert.Equal(LlamaErrorKind.EngineStopped, (await Assert.ThrowsAsync<LlamaException>(() => waiting)).Kind);
        await Assert.ThrowsAsync<LlamaException>(async () =>
        {
            while (await running.MoveNextAsync())
            {
            }
        });
        Assert.Equal(LlamaErrorKind.EngineStopped, (await Assert.ThrowsAsync<LlamaException>(() => Run.ToEnd(engine, Numbers(1)))).Kind);
        engine.Dispose();
    }

    private LlamaRequest Numbers(int? count, int from = 0) => new()
    {
        Prompt = [.. fixture.Model.Tokenizer.EncodeText(string.Join(", ", Enumerable.Range(from, 8)) + ",")],
        MaxOutputTokens = count,
        Sampling = new LlamaSampling { Temperature = 0 },
    };

    private static async Task<int[]> Positions(IAsyncEnumerator<LlamaOutput> outputs)
    {
        var positions = new List<int>();
        while (await outputs.MoveNextAsync())
            if (outputs.Current.QueuePosition is { } position) positions.Add(position);
        return [.. positions];
    }

    /// <summary>Stop sequences that fail when the engine first looks at them.</summary>
    private sealed class BrokenList(Exception error) : IReadOnlyList<string>
    {
        public int Count => throw error;

        public string this[int index] => throw error;

        public IEnumerator<string> GetEnumerator() => Enumerable.Empty<string>().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
