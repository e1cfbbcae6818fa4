using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Llama;
using BotHub.Models.Remote.Tokens;
using BotHub.Tests.Models.Remote.Tokens;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.RealModel;

/// <summary>Tokens as the small real model counts them, with its own template.</summary>
public sealed class NativeTokenTests : IDisposable
{
    private static readonly Conversations _known = new();

    private readonly LlamaModel? _model = SmallModel.Path is { } path ? LlamaModel.Load(new LlamaModelOptions { Path = path }) : null;

    private LlamaTokenizer Tokenizer
    {
        get
        {
            Assert.SkipWhen(_model is null, SmallModel.Missing);
            return _model!.Tokenizer;
        }
    }

    [Fact]
    public void Ten_thousand_random_histories_never_exceed_the_models_context()
    {
        var random = new Random(20261128);
        var texts = _known.All.SelectMany(c => c).Select(m => m.Text).ToArray();
        ITokenMeter[] meters = [new Native(Tokenizer, 300), new Native(Tokenizer, 1000), new Native(Tokenizer, 4000)];
        int cut = 0, whole = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var meter = meters[random.Next(meters.Length)];
            List<ChatEntry> history = [.. Enumerable.Range(0, random.Next(0, 24)).Select(i => new ChatEntry($"e{i}", i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, Text(), default, MessageState.Done, $"t{i / 2}"))];

            var window = PromptWindow.Build("You are kind.", history, [Text()], meter, random.Next(1, 500));

            // Not by the meter: by all the tokens that the engine would be given.
            var tokens = Tokenizer.EncodePrompt(window.Messages).Length;
            Assert.Equal(tokens, window.Tokens);
            if (!window.Fits) continue;
            Assert.True(tokens + window.Reserved <= meter.ContextLength);
            if (window.History.FirstOrDefault(p => !p.Kept) is null) whole++;
            else cut++;
        }

        Assert.True(cut > 2000 && whole > 2000, $"{cut} cut, {whole} whole");

        string Text() => texts[random.Next(texts.Length)];
    }

    [Fact]
    public void A_cautious_count_is_not_below_the_models_own()
    {
        var cautious = new CautiousMeter(8192);
        Assert.All(_known.All, c => Assert.InRange(Tokenizer.CountPrompt(c), 1, cautious.Count(c)));
    }

    public void Dispose() => _model?.Dispose();

    private sealed class Native(LlamaTokenizer tokenizer, int context) : ITokenMeter
    {
        public int ContextLength => context;

        public bool Adds => false;

        public int Count(IReadOnlyList<ChatMessage> prompt) => tokenizer.CountPrompt(prompt);
    }
}
