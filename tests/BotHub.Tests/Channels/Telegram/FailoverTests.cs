using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using BotHub.Tests.Models.Routing;
using Fault = BotHub.FakeOpenAI.Faults.Fault;
using FaultKind = BotHub.FakeOpenAI.Faults.FaultKind;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>A route whose first model fails, seen from a chat: one message, whole, whichever model wrote it, and nothing beside it.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const string Whole = "It grows in the forest, in Österreich 🙂, behind the third tree on the left, where nobody looks.";

    private FakeTelegramServer _telegram = null!;
    private FakeBot _bot = null!;
    private RouteHub _route = null!;

    public async ValueTask InitializeAsync()
    {
        _telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off });
        _bot = _telegram.AddBot("test_bot", "Test");
        _bot.PrivacyMode = false;
        const string section = "Channels:Telegram:Test:";
        _route = await RouteHub.StartAsync((section + "Token", _bot.Token), (section + "ApiUrl", _telegram.Url.AbsoluteUri), (section + "Allow", "*"));
        _route.AnswerAlike(Whole);
        _route.Hub.Http().Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _route.DisposeAsync();
        await _telegram.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task An_answer_that_breaks_off_is_one_whole_message(int chunks)
    {
        _route.First.Faults.Add(new Fault(FaultKind.Cut) { AfterChunks = chunks, Times = 2 });
        var ada = _telegram.AddUser("Ada");
        var group = _telegram.AddGroup("Kitchen table", ada);
        group.Join(_bot);
        var chat = _bot.PrivateChat(ada);

        chat.Say("Where does it grow?");
        group.Say("@test_bot where does it grow?", ada);

        // In a group the message is there while the answer grows.
        await chat.WaitForTextAsync("nobody looks.");
        await group.WaitForTextAsync("nobody looks.");
        Assert.Equal([Whole], chat.BotTexts);
        Assert.Equal([Whole], group.BotTexts);
        Assert.Equal((2, 2), (_route.First.Requests.Count, _route.Second.Requests.Count));
    }

    [Fact]
    public async Task When_all_models_fail_the_chat_is_told_once()
    {
        foreach (var provider in new[] { _route.First, _route.Second }) provider.Faults.Add(new Fault(FaultKind.Status) { Status = 500 });
        var chat = _bot.PrivateChat(_telegram.AddUser("Ada"));

        chat.Say("Where does it grow?");

        await chat.WaitForBotMessagesAsync(1);
        Assert.StartsWith(Texts.Failed("")[..24], Assert.Single(chat.BotTexts), StringComparison.Ordinal);
        Assert.Equal((1, 1), (_route.First.Requests.Count, _route.Second.Requests.Count));
    }
}
