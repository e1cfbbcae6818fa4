using System.Text.Json;
using BotHub.Core.Models;
using BotHub.FakeOpenAI;
using BotHub.Models;
using BotHub.Tests.Chaos;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.RealModel;

/// <summary>One conversation goes from model to model. The small one's answers are not judged; what each model is told is.</summary>
[Collection(ChaosCollection.Name)]
public sealed class MovingTests
{
    private static readonly string[] _questions =
    [
        "Мене звати Оксана, а мого собаку — Піксель.",
        "日本語で続けましょう。私の犬は何という名前ですか？",
        "चलिए हिन्दी में बात करें 🙂",
        "مرحبا، ما اسم كلبي؟",
        "Und jetzt bitte auf Deutsch: Grüße an Пiксель!",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_that_moves_from_llama_to_azure_and_back_keeps_context_and_language()
    {
        Assert.SkipWhen(SmallModel.Path is null, SmallModel.Missing);
        await using var azure = await AzureAsync();
        await using var hub = Hub(azure, server: null);

        await MoveAsync(hub, azure, ["local", "cloud", "local", "cloud", "local"]);
    }

    [Fact]
    public async Task A_conversation_that_moves_on_to_a_real_llama_server_keeps_context_and_language()
    {
        await using var server = await LlamaServer.StartOrSkipAsync(Cancel);
        await using var azure = await AzureAsync();
        await using var hub = Hub(azure, server);

        var prompts = await MoveAsync(hub, azure, ["local", "cloud", "local", "server", "server"]);

        // The same prompt is as long for the model in this process as for the same model behind the server.
        var local = hub.Services.GetRequiredService<ModelDirectory>().Get("local").Meter;
        foreach (var prompt in prompts) Assert.Equal(await server.CountAsync(prompt, Cancel), local.Count(prompt));
    }

    private static async Task<List<List<Microsoft.Extensions.AI.ChatMessage>>> MoveAsync(TestHub hub, FakeOpenAIServer azure, string[] models)
    {
        var visitor = await hub.VisitAsync();
        var directory = hub.Services.GetRequiredService<RecordedModels>();
        List<(string Role, string Text)> said = [];
        for (var i = 0; i < models.Length; i++)
        {
            // The first answers by itself.
            if (i > 0) await visitor.AskAsync($"/model {models[i]}");
            var answer = await visitor.AskAsync(_questions[i]);

            Assert.Equal("done", answer.State);
            // Nobody else was asked, and this one was told everything that was said before, in order, to the letter.
            Assert.Equal(i + 1, directory.Prompts.Count);
            var (model, prompt) = directory.Prompts.Last();
            Assert.Equal(models[i], model);
            Assert.Equal([("system", "You are BotHub."), .. said, ("user", _questions[i])], prompt.Select(m => (m.Role.Value, m.Text)));
            var ledger = await visitor.LedgerAsync(answer.Turn);
            Assert.Equal(models[i], ledger.GetProperty("model").GetProperty("name").GetString());
            Assert.Equal(2 * i, ledger.GetProperty("kept").GetArrayLength());
            Assert.Equal(0, ledger.GetProperty("dropped").GetArrayLength());
            // What is offered behind an answer that was cut is no part of it.
            said.AddRange([("user", _questions[i]), ("assistant", Spoken(answer.Text))]);
            // What the engine or the server counted is what we counted, and the fake was sent the same words.
            if (models[i] != "cloud") Assert.Equal(directory.Get(models[0]).Meter.Count(prompt), ledger.GetProperty("promptTokens").GetInt32());
            else Assert.Equal(prompt.Select(m => m.Text), azure.Requests[^1].Body.GetProperty("messages").EnumerateArray().Select(m => Content(m)));
        }

        return [.. directory.Prompts.Select(p => p.Prompt.ToList())];
    }

    private static string Spoken(string text) => text.Replace(Core.Pipeline.Texts.CutShort, "", StringComparison.Ordinal);

    private static string Content(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : string.Concat(message.GetProperty("content").EnumerateArray().Select(p => p.GetProperty("text").GetString()));

    private static async Task<FakeOpenAIServer> AzureAsync()
    {
        var azure = await FakeOpenAIServer.StartAsync(cancel: Cancel);
        azure.Answer = _ => "ピクセルです。 Пам'ятаю! 🙂";
        return azure;
    }

    private static TestHub Hub(FakeOpenAIServer azure, LlamaServer? server)
    {
        List<(string, string)> settings =
        [
            ("Models:Default", "local"),
            ("Channels:Web:Models:0", "local"),
            ("Channels:Web:Models:1", "cloud"),
            ("Channels:Web:Models:2", server is null ? "cloud" : "server"),
            ("Models:local:Type", "llama"),
            ("Models:local:Path", SmallModel.Path!),
            ("Models:local:Context", "1024"),
            ("Models:local:Slots", "1"),
            ("Models:local:MaxTokens", "12"),
            ("Models:cloud:Type", "azure-openai"),
            ("Models:cloud:Endpoint", azure.Url.ToString()),
            ("Models:cloud:Deployment", "gpt-4o"),
            ("Models:cloud:Key", azure.Options.Key),
        ];
        if (server is not null)
        {
            settings.AddRange(
            [
                ("Models:server:Type", "openai-compatible"),
                ("Models:server:BaseUrl", server.Url),
                ("Models:server:Model", LlamaServer.Alias),
                ("Models:server:Key", LlamaServer.Key),
                ("Models:server:ContextTokens", "2048"),
                ("Models:server:MaxTokens", "12"),
            ]);
        }

        return new TestHub([.. settings])
        {
            ConfiguredModels = true,
            Replace = services =>
            {
                services.AddSingleton<RecordedModels>();
                services.AddSingleton<IModelDirectory>(provider => provider.GetRequiredService<RecordedModels>());
            },
        };
    }
}
