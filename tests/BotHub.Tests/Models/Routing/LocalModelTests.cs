using BotHub.Core.Models;
using BotHub.FakeOpenAI.Faults;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Routing;

/// <summary>The real engine in a route: windows by its own tokenizer, and its own queue. What it says is not judged.</summary>
public sealed class LocalModelTests
{
    private const string ModelFile = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private static readonly (string, string)[] _local =
    [
        ("Models:local:Type", "llama"), ("Models:local:Model", "smollm2-135m"), ("Models:local:Download", "false"), ("Models:local:Slots", "1"),
        ("Models:local:Context", "512"), ("Models:local:MaxTokens", "16"), ("Models:local:Threads", "1"),
    ];

    [Fact]
    public async Task It_takes_over_from_a_provider_with_a_window_of_its_own_before_and_in_the_middle_of_an_answer()
    {
        Assert.SkipUnless(ModelIsThere(), $"{ModelFile} is not on this machine.");
        await using var route = await RouteHub.StartAsync([.. _local, ("Models:smart:Models", "first,local")]);
        route.First.Answer = _ => string.Join(' ', Enumerable.Repeat("Well, that is a long story about pencils.", 8));
        var visitor = await route.Hub.VisitAsync();
        for (var i = 0; i < 6; i++) await visitor.AskAsync($"Tell me the story number {i}, please, in all its length and breadth.");

        route.First.Faults.Add(new(FaultKind.Status) { Status = 503 });
        var answer = await visitor.AskAsync("And now?");
        await CheckAsync(answer, "");
        route.First.Faults.Add(new(FaultKind.Cut) { AfterChunks = 6 });
        await CheckAsync(await visitor.AskAsync("And then?"), "Well, that is a long story ");

        async Task CheckAsync(Hosting.TestVisitor.Message shown, string begin)
        {
            Assert.Equal("done", shown.State);
            Assert.StartsWith(begin, shown.Text, StringComparison.Ordinal);
            var ledger = await visitor.LedgerAsync(shown.Turn);
            Assert.Equal(("local", 512), (ledger.GetProperty("model").GetProperty("name").GetString(), ledger.GetProperty("contextTokens").GetInt32()));
            // What was counted beforehand is what the engine read: the parts are ours, the call's figure is its own.
            var call = ledger.GetProperty("calls").EnumerateArray().Last();
            Assert.Equal(ledger.GetProperty("parts").EnumerateArray().Sum(p => p.GetProperty("tokens").GetInt32()), call.GetProperty("promptTokens").GetInt32());
            Assert.InRange(call.GetProperty("promptTokens").GetInt32(), 30, 512 - 16);
            Assert.NotEmpty(ledger.GetProperty("dropped").EnumerateArray());
        }
    }

    [Fact]
    public async Task Its_queue_overflows_to_a_provider()
    {
        Assert.SkipUnless(ModelIsThere(), $"{ModelFile} is not on this machine.");
        await using var route = await RouteHub.StartAsync([.. _local, ("Models:local:MaxTokens", "400"), ("Models:smart:Models", "local,second"), ("Models:smart:Overflow:QueueTime", "00:00:00.001")]);
        route.Second.Answer = _ => "The provider's answer.";
        // A small model may fall silent at any word, but not eight times before one question is asked.
        var local = route.Hub.Services.GetRequiredService<IModelDirectory>().Get("local").Client;
        using var enough = new CancellationTokenSource();
        var queue = new TaskCompletionSource();
        var options = new ChatOptions { MaxOutputTokens = 400, AdditionalProperties = new() { [ModelOptions.OnQueuePosition] = (int position) => { if (position > 0) queue.TrySetResult(); } } };
        var others = Enumerable.Range(0, 8).Select(n => local.GetResponseAsync([new(ChatRole.User, $"Count from {n} to a hundred in words.")], options, enough.Token)).ToList();
        await queue.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var visitor = await route.Hub.VisitAsync();
        var answer = await visitor.AskAsync("Hello");
        Assert.Equal("The provider's answer.", answer.Text);
        Assert.Equal(Core.Pipeline.PassedModel.Queue, (await visitor.LedgerAsync(answer.Turn)).GetProperty("passed")[0].GetProperty("reason").GetString());
        Assert.Equal(BreakerState.Closed, route.Hub.Services.GetRequiredService<ModelHealths>().Of("local").Breaker.State);
        await enough.CancelAsync();
        await Task.WhenAny(Task.WhenAll(others));
    }

    private static bool ModelIsThere()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "shared", "models", ModelFile)) || File.Exists(Path.Combine(folder, "models", ModelFile))) return true;
        return false;
    }
}
