using BotHub.Channels.Telegram.Rendering;
using BotHub.FakeTelegram;
using BotHub.Tests.Channels.Telegram.Rendering;
using BotHub.Tests.Hosting;
using CsCheck;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Whatever Markdown a model writes arrives through the whole hub: complete, in order, and refused nowhere.</summary>
public sealed class ArrivalTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private FakeTelegramServer _telegram = null!;

    public async ValueTask InitializeAsync() => _telegram = await FakeTelegramServer.StartAsync(new() { Limits = FloodLimits.Off });

    public async ValueTask DisposeAsync() => await _telegram.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_answer_arrives_whole_and_in_order_and_nothing_is_refused(bool rich)
    {
        var bot = _telegram.AddBot();
        await using var hub = new TestHub(
            ("Channels:Telegram:main:Token", bot.Token),
            ("Channels:Telegram:main:ApiUrl", _telegram.Url.ToString()),
            ("Channels:Telegram:main:Allow", "*"),
            ("Channels:Telegram:main:Rich", $"{rich}"),
            ("Channels:Telegram:main:CallsPerSecond", "0"),
            ("Channels:Telegram:main:ChatCallsPerSecond", "0"));
        using (hub.Http()) { }
        string[] answers = [.. AnswerGenerator.Answers.Array[80].Single(), .. AnswerGenerator.LongAnswers.Array[4].Single()];
        answers = [.. answers.Where(a => AnswerRenderer.Render(a).Pieces.Count > 0)];
        Assert.Contains(answers, a => a.Length >= 40_000);
        var chats = answers.Select((answer, i) =>
        {
            hub.Model.Answers[$"question {i}"] = answer;
            var chat = bot.PrivateChat(_telegram.AddUser($"Ada {i}"));
            chat.Say($"question {i}");
            return chat;
        }).ToList();
        for (var i = 0; i < answers.Length; i++)
        {
            // The buttons stand under the last part.
            await chats[i].WaitAsync(c => c.LastBotMessage is { Buttons.Count: > 0 }, Patience, "the last part of an answer");
            var shown = string.Concat(chats[i].BotMessages.Select(m => m.IsRich ? AnswerRenderer.Render(m.Text).PlainText : m.Text));
            var expected = Rules.WithoutSpace(AnswerRenderer.Render(answers[i]).PlainText);
            Assert.True(expected == Rules.WithoutSpace(shown), $"Of\n{answers[i]}\n---\narrived\n{shown}");
            if (!rich) Assert.DoesNotContain(chats[i].BotMessages, m => m.IsRich);
        }

        Assert.Empty(_telegram.Flood.Refusals);
        Assert.Equal(rich, chats.Any(c => c.BotMessages.Any(m => m.IsRich)));
    }
}
