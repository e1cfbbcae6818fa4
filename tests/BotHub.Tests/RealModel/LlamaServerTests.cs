using BotHub.Core.Pipeline;
using BotHub.Models.Remote.Tokens;
using BotHub.Tests.Chaos;
using BotHub.Tests.Hosting;
using BotHub.Tests.Models.Remote.Tokens;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.RealModel;

/// <summary>The whole hub in front of a real OpenAI-compatible server.</summary>
[Collection(ChaosCollection.Name)]
public sealed class LlamaServerTests : IAsyncLifetime
{
    private LlamaServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await LlamaServer.StartOrSkipAsync(Cancel);

    [Fact]
    public async Task Answers_come_in_pieces_with_the_servers_own_figures()
    {
        await using var hub = Hub();
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();

        var answer = await visitor.AskAsync("Tell me about the sea.");

        Assert.Equal([LlamaServer.Alias], await _server.ModelsAsync(Cancel));
        Assert.Equal("done", answer.State);
        await events.NextAsync("TEXT_MESSAGE_CONTENT");
        var ledger = await visitor.LedgerAsync(answer.Turn);
        Assert.Equal(await _server.CountAsync([new(ChatRole.System, "You are BotHub."), new(ChatRole.User, "Tell me about the sea.")], Cancel), ledger.GetProperty("promptTokens").GetInt32());
        Assert.InRange(ledger.GetProperty("completionTokens").GetInt32(), 1, 24);
    }

    [Fact]
    public async Task Whoever_stops_an_answer_stops_the_server_too()
    {
        await using var hub = Hub(("MaxTokens", "400"));
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using var posted = await visitor.PostAsync("Write a very long story about the sea, with many details.");
        await events.NextAsync("TEXT_MESSAGE_CONTENT");

        using var stop = await visitor.Http.PostAsync($"{visitor.Base}/stop", null, Cancel);
        await events.NextAsync("RUN_FINISHED", "RUN_ERROR");
        // A small model may have come to its end before.
        Assert.Contains((await visitor.MessagesAsync())[^1].State, (string[])["stopped", "done"]);
        while (await _server.BusyAsync(Cancel) > 0) await Task.Delay(20, Cancel);
    }

    [Fact]
    public async Task An_answer_that_is_cut_can_be_continued()
    {
        await using var hub = Hub(("MaxTokens", "5"));
        var visitor = await hub.VisitAsync();

        var answer = await visitor.AskAsync("Write a very long story about the sea, with many details.");
        var next = await visitor.AskAsync("continue");

        Assert.EndsWith(Texts.CutShort, answer.Text, StringComparison.Ordinal);
        Assert.Equal(("done", 3), (next.State, (await visitor.LedgerAsync(next.Turn)).GetProperty("kept").GetArrayLength() + 1));
    }

    [Fact]
    public async Task A_server_with_less_context_than_was_believed_ends_in_an_honest_word_and_a_reset_helps()
    {
        await using var hub = Hub(("ContextTokens", "8192"));
        var visitor = await hub.VisitAsync();

        var answer = await visitor.AskAsync(string.Concat(Enumerable.Repeat("hello world ", 300)));

        Assert.Equal("failed", answer.State);
        Assert.StartsWith(Texts.GrownTooLong("")[..40], answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("available context size", hub.Logs.All, StringComparison.Ordinal);
        await visitor.AskAsync("/reset");
        Assert.Equal("done", (await visitor.AskAsync("hello")).State);
    }

    [Fact]
    public async Task A_conversation_of_any_length_stays_within_the_servers_context()
    {
        await using var hub = Hub(("ContextTokens", $"{LlamaServer.Context}"));
        var visitor = await hub.VisitAsync();
        foreach (var text in (string[])["Мене звати Оксана і я живу біля моря.", "日本語で話しましょう。海はきれいです。", "चलिए हिन्दी में बात करें, समुद्र सुन्दर है।", "مرحبا، البحر جميل اليوم.", "Tell me more.", "And the ships?"])
            Assert.Equal("done", (await visitor.AskAsync(text)).State);
    }

    [Fact]
    public async Task A_wrong_key_is_not_told()
    {
        await using var hub = Hub(("Key", "wrong-key-987"));
        var visitor = await hub.VisitAsync();

        var answer = await visitor.AskAsync("hello");

        Assert.Equal("failed", answer.State);
        Assert.DoesNotContain("Invalid", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-key-987", hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cautious_count_is_never_below_the_servers()
    {
        var meter = new CautiousMeter(8192);
        var conversations = new Conversations();
        foreach (var conversation in conversations.All.Take(150).Where(c => c[0].Role == ChatRole.System && c.Count > 1))
            Assert.InRange(await _server.CountAsync(conversation, Cancel), 1, meter.Count(conversation));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private TestHub Hub(params (string Key, string Value)[] model)
    {
        Dictionary<string, string> settings = new()
        {
            ["Type"] = "openai-compatible",
            ["BaseUrl"] = _server.Url,
            ["Model"] = LlamaServer.Alias,
            ["Key"] = LlamaServer.Key,
            ["ContextTokens"] = $"{LlamaServer.Context}",
            ["MaxTokens"] = "24",
            ["Retries"] = "0",
        };
        foreach (var (key, value) in model) settings[key] = value;
        return new TestHub([("Models:Default", "server"), .. settings.Select(s => ($"Models:server:{s.Key}", s.Value))]) { ConfiguredModels = true };
    }
}
