using System.Diagnostics;
using System.Globalization;
using BotHub.Llama;
using BotHub.Llama.Native;

namespace BotHub.Benchmarks;

/// <summary>
/// Tokens per second of the engine with 1, 4 and 16 conversations, beside the same library driven directly with one sequence.
/// The variants take turns within one run, and only ratios of neighbours are to be quoted: the machine's speed drifts.
/// Arguments: --model PATH, --tokens N (per answer, 96), --rounds N (3), --threads N (all cores but one), --conversations 1,4,16.
/// </summary>
public static class EngineBenchmark
{
    private const int Context = 512;

    public static async Task<int> RunAsync(string[] args)
    {
        var path = Argument(args, "--model") ?? FindModel();
        if (path is null)
        {
            Console.Error.WriteLine("No model: give --model PATH, or put SmolLM2-135M-Instruct.Q4_1.gguf into ../shared/models.");
            return 2;
        }
        var tokens = Number(args, "--tokens", 96);
        var rounds = Number(args, "--rounds", 3);
        var threads = Number(args, "--threads", Math.Max(1, Environment.ProcessorCount - 1));
        int[] conversations = [.. (Argument(args, "--conversations") ?? "1,4,16").Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture))];

        using var model = LlamaModel.Load(new LlamaModelOptions { Path = path });
        Console.WriteLine($"{model.Name}, {threads} thread(s) of {Environment.ProcessorCount}, {tokens} tokens per answer, {rounds} rounds");
        Console.WriteLine($"{"round",5} {"variant",-18} {"tok/s",8} {"of direct",10} {"first token p50",16} {"foreign cores",14}");
        var ratios = conversations.ToDictionary(c => c, _ => new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            // Round 0 warms caches and the clock up and is not counted.
            var direct = Direct(model, tokens, threads, round);
            Print(round, "direct, 1 sequence", direct, 1);
            foreach (var count in conversations)
            {
                var engine = await EngineAsync(model, count, tokens, threads, round);
                Print(round, $"engine, {count}", engine, engine.Rate / direct.Rate);
                if (round > 0) ratios[count].Add(engine.Rate / direct.Rate);
            }
        }
        foreach (var (count, values) in ratios)
        {
            values.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"engine with {count} conversation(s): {values[values.Count / 2]:0.00} of direct decoding (median; {values[0]:0.00} to {values[^1]:0.00})"));
        }
        return 0;
    }

    /// <summary>What any program would do with the library for one answer at a time.</summary>
    private static Result Direct(LlamaModel model, int tokens, int threads, int round)
    {
        var parameters = Api.llama_context_default_params();
        (parameters.Context, parameters.Batch, parameters.Threads, parameters.ThreadsBatch, parameters.FlashAttention) = (Context, 512, threads, threads, 1);
        using var context = Api.llama_init_from_model(model.Handle, parameters);
        using var pool = ThreadPoolHandle.Create(threads);
        if (pool is not null) Api.llama_attach_threadpool(context, pool.DangerousGetHandle(), pool.DangerousGetHandle());
        using var batch = new DecodeBatch(512);
        var prompt = Prompt(model, round, 0);
        using var sampler = SamplerFactory.Create(Sampling, prompt, model.Tokenizer.VocabularySize);
        var clock = new Clock();
        for (var i = 0; i < prompt.Length; i++) batch.Add(prompt[i], i, 0, i == prompt.Length - 1);
        Check(batch.Decode(context));
        var token = Api.llama_sampler_sample(sampler, context, prompt.Length - 1);
        var first = clock.Elapsed;
        for (var i = 1; i < tokens; i++)
        {
            batch.Clear();
            batch.Add(token, prompt.Length + i - 1, 0, logits: true);
            Check(batch.Decode(context));
            token = Api.llama_sampler_sample(sampler, context, 0);
        }
        var result = clock.Stop(tokens, first);
        // Freed in the order of their dependence: the context uses the threads.
        context.Dispose();
        return result;
    }

    private static async Task<Result> EngineAsync(LlamaModel model, int conversations, int tokens, int threads, int round)
    {
        using var engine = new LlamaEngine(model, new LlamaEngineOptions
        {
            Slots = conversations,
            ContextPerSlot = Context,
            DecodeThreads = threads,
            BatchThreads = threads,
            SnapshotBytes = 0,
        });
        var clock = new Clock();
        var results = await Task.WhenAll(Enumerable.Range(0, conversations).Select(AnswerAsync));
        var firsts = results.Select(r => r.First).Order().ToArray();
        return clock.Stop(results.Sum(r => r.Tokens), firsts[firsts.Length / 2]);

        async Task<(int Tokens, TimeSpan First)> AnswerAsync(int conversation)
        {
            TimeSpan? first = null;
            var count = 0;
            await foreach (var output in engine.GenerateAsync(new LlamaRequest { Prompt = Prompt(model, round, conversation), MaxOutputTokens = tokens, Sampling = Sampling }))
            {
                if (output.Text is not null) first ??= clock.Elapsed;
                count = output.Usage?.OutputTokens ?? count;
            }
            return (count, first ?? default);
        }
    }

    // Greedy, so that every variant draws at the same cost; numbers go on for as long as one likes.
    private static LlamaSampling Sampling { get; } = new() { Temperature = 0 };

    /// <summary>About 70 tokens that no two conversations have in common: sharing is not what is measured here.</summary>
    private static int[] Prompt(LlamaModel model, int round, int conversation) =>
        [.. model.Tokenizer.EncodeText(string.Join(", ", Enumerable.Range(1000 * round + 17 * conversation + 1, 14)) + ",")];

    private static void Check(DecodeStatus status)
    {
        if (status != DecodeStatus.Ok) throw new InvalidOperationException($"llama_decode gave {(int)status}.");
    }

    /// <param name="Rate">Tokens per second, prompts included.</param>
    /// <param name="First">Time to the first token, the median of the conversations.</param>
    /// <param name="Foreign">Cores that other processes kept busy meanwhile.</param>
    private readonly record struct Result(double Rate, TimeSpan First, double? Foreign);

    /// <summary>Measures from its creation on, when model and context are ready.</summary>
    private sealed class Clock
    {
        private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;
        private readonly double? _busy = BusySeconds();
        private readonly long _start = Stopwatch.GetTimestamp();

        internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

        internal Result Stop(int tokens, TimeSpan first)
        {
            var seconds = Elapsed.TotalSeconds;
            var foreign = (BusySeconds() - _busy - (Environment.CpuUsage.TotalTime - _own).TotalSeconds) / seconds;
            return new Result(tokens / seconds, first, foreign);
        }
    }

    /// <summary>Seconds that all cores together have worked since boot; null where the system does not tell.</summary>
    private static double? BusySeconds()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // user, nice, system, irq, softirq, in hundredths; idle, I/O waits and stolen time are not work.
        return ((int[])[1, 2, 3, 6, 7]).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / 100;
    }

    private static void Print(int round, string variant, Result result, double ratio) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(round == 0 ? "warm" : round),5} {variant,-18} {result.Rate,8:0.0} {ratio,10:0.00} {result.First.TotalMilliseconds,13:0} ms {result.Foreign,14:0.00}{(result.Foreign > 0.1 ? "  noisy: not to be quoted" : "")}"));

    private static string? Argument(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static int Number(string[] args, string name, int otherwise) => Argument(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? FindModel()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "BotHub.sln"))) continue;
            var file = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
            return File.Exists(file) ? file : null;
        }
        return null;
    }
}
