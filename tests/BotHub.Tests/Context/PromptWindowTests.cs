using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Context;

/// <summary>The window is exact: it holds as much as fits, never more, and cuts between turns.</summary>
public sealed class PromptWindowTests
{
    private static readonly ConversationId Id = ConversationId.Of("web", "default", "x");

    [Fact]
    public void Ten_thousand_random_histories_never_exceed_the_context_and_never_drop_what_would_fit()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 10_000; round++)
        {
            var meter = new FakeModel { ContextLength = random.Next(20, 400) };
            var history = History(random, random.Next(0, 30));
            var reserve = random.Next(1, 300);
            var window = PromptWindow.Build(Words(random, 8), history, [Words(random, random.Next(1, 30))], meter, reserve);

            Assert.Equal(meter.Count(window.Messages), window.Tokens);
            Assert.Equal(ChatRole.System, window.Messages[0].Role);
            Assert.InRange(window.Reserved, 1, Math.Max(1, meter.ContextLength / 2));
            if (!window.Fits) continue;
            Assert.True(window.Tokens + window.Reserved <= meter.ContextLength);

            var kept = window.History.Where(p => p.Kept).ToList();
            Assert.Equal(window.Messages.Count - 2, kept.Count);
            // What is kept is the newest end, cut at the beginning of a turn.
            Assert.Equal(history.Skip(history.Count - kept.Count).Select(e => e.Id), kept.Select(p => p.Id));
            if (kept.Count == history.Count) continue;
            var lastDropped = history[history.Count - kept.Count - 1];
            if (kept.Count > 0) Assert.NotEqual(lastDropped.Turn, kept[0].Turn);
            // One turn more would not have fitted.
            var more = history.SkipWhile(e => e.Turn != lastDropped.Turn).Select(e => new ChatMessage(e.Role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, e.Text));
            Assert.True(meter.Count([window.Messages[0], .. more, window.Messages[^1]]) + window.Reserved > meter.ContextLength);
        }
    }

    [Fact]
    public void A_question_that_cannot_fit_is_told_with_its_room()
    {
        var meter = new FakeModel { ContextLength = 100 };
        var window = PromptWindow.Build("one two three", [], [string.Join(' ', Enumerable.Repeat("word", 90))], meter, 20);
        Assert.False(window.Fits);
        Assert.Equal(91, window.InputTokens);
        Assert.Equal(100 - 20 - 4, window.InputRoom);
    }

    [Fact]
    public void The_parts_add_up_to_the_prompt()
    {
        var random = new Random(1);
        var meter = new FakeModel();
        var window = PromptWindow.Build("a b", History(random, 5), ["c d e", "f"], meter, 50);
        Assert.Equal(window.Tokens, window.SystemTokens + window.InputTokens + window.History.Where(p => p.Kept).Sum(p => p.Tokens));
    }

    private static List<ChatEntry> History(Random random, int turns)
    {
        List<ChatEntry> history = [];
        for (var t = 0; t < turns; t++)
        {
            var questions = random.Next(1, 3);
            for (var q = 0; q < questions; q++) history.Add(new ChatEntry($"q{t}-{q}", MessageRole.User, Words(random, random.Next(1, 20)), default, MessageState.Done, $"t{t}"));
            if (random.Next(5) > 0) history.Add(new ChatEntry($"t{t}.a", MessageRole.Assistant, Words(random, random.Next(1, 40)), default, MessageState.Done, $"t{t}"));
        }

        return history;
    }

    private static string Words(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => $"w{random.Next(100)}"));

    private static InboundMessage Ask(string text) => new("m", Id, "bot", new Sender("u"), text, default);
}
