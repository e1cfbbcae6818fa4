using BotHub.Channels.Telegram;
using BotHub.Core.Pipeline;
using BotHub.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Answers that take the place of earlier ones.</summary>
public sealed class SupersedingTests(GarnetFixture store) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task A_new_answer_stands_where_the_old_one_stood()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, "The old answer.");
        var delivery = await bench.AnswerAsync("The new answer.", supersedes: old);
        Assert.Equal(["The new answer."], bench.Chat.BotTexts);
        Assert.Equal([.. old.Select(i => $"{i}")], delivery.PlatformIds);
        Assert.Contains(bench.Chat.LastBotMessage!.Buttons.SelectMany(r => r), b => b.CallbackData == "re:t1");
    }

    [Fact]
    public async Task The_old_answer_shows_how_the_new_one_grows()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, "The old answer.");
        var surface = bench.Open();
        var turn = bench.NewTurn(supersedes: old);
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText("The new"));
        await bench.AdvanceUntilAsync(() => bench.Chat.BotTexts is ["The new"], "the new text");
        await bench.AdvanceUntilAsync(surface.DeliverAsync(DeliveryBench.Reply(turn, "The new answer."), DeliveryState.Fresh));
        Assert.Equal(["The new answer."], bench.Chat.BotTexts);
        Assert.Empty(bench.Chat.DraftFrames);
    }

    [Fact]
    public async Task A_takeover_knows_what_the_answer_supersedes()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, "The old answer.");
        var turn = bench.NewTurn(supersedes: old);
        await bench.Open().StartAsync(turn);
        var delivery = await bench.Open().DeliverAsync(DeliveryBench.Reply(turn, "The new answer."), DeliveryState.InDoubt);
        Assert.False(delivery.Unknown);
        Assert.Equal(["The new answer."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task What_a_shorter_answer_leaves_over_is_deleted()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, Long(3));
        Assert.Equal(3, old.Count);
        await bench.AnswerAsync("Short.", supersedes: old);
        Assert.Equal(["Short."], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task What_is_too_old_to_be_deleted_says_that_it_no_longer_counts()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, Long(2));
        bench.Clock!.Advance(TimeSpan.FromHours(49));
        await bench.AnswerAsync("Short.", supersedes: old);
        Assert.Equal(["Short.", AnswerTexts.Obsolete], bench.Chat.BotTexts);
    }

    [Fact]
    public async Task A_longer_answer_goes_on_in_new_messages()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, "Short.");
        var delivery = await bench.AnswerAsync(Long(3), supersedes: old);
        Assert.Equal(3, bench.Chat.BotMessages.Count);
        Assert.Equal($"{old[0]}", delivery.PlatformIds[0]);
        Assert.NotEmpty(bench.Chat.LastBotMessage!.Buttons);
        Assert.Empty(bench.Chat.BotMessages[0].Buttons);
    }

    [Fact]
    public async Task An_old_answer_that_was_deleted_is_no_obstacle()
    {
        await using var bench = await StartAsync();
        var old = await OldAsync(bench, "The old answer.");
        bench.Chat.Delete(bench.Chat.LastBotMessage!);
        var delivery = await bench.AnswerAsync("The new answer.", supersedes: old);
        Assert.Equal(["The new answer."], bench.Chat.BotTexts);
        Assert.NotEqual([.. old.Select(i => $"{i}")], delivery.PlatformIds);
    }

    private Task<DeliveryBench> StartAsync() => DeliveryBench.StartAsync(store, new FakeTimeProvider(), o => o with { Rich = false });

    private static async Task<IReadOnlyList<int>> OldAsync(DeliveryBench bench, string text)
    {
        await bench.AnswerAsync(text);
        return [.. bench.Chat.BotMessages.Select(m => m.Id)];
    }

    private static string Long(int parts) => string.Join("\n\n", Enumerable.Range(0, parts).Select(i => $"Part {i}: " + string.Join(' ', Enumerable.Repeat($"word{i}", 600))));
}
