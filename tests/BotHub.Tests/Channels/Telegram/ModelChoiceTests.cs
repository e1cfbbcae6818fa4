using BotHub.Core.Pipeline;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Who may choose the model on Telegram.</summary>
public sealed class ModelChoiceTests
{
    [Fact]
    public async Task In_a_group_its_administrators_choose_and_in_private_everybody()
    {
        await using var hub = await TelegramHub.StartAsync(("Models", "fake"));
        var (owner, ada, max) = (hub.Telegram.AddUser("Olga"), hub.Telegram.AddUser("Ada"), hub.Telegram.AddUser("Max"));
        var group = hub.Telegram.AddGroup("Kitchen table", owner, ada, max);
        group.Join(hub.Bot);
        group.Promote(max);
        group.Say("/model fake", ada);
        await group.WaitForTextAsync(Texts.OthersDecide);
        group.Say("/model", ada);
        await group.WaitForTextAsync("`fake` answers: Fake model.");
        Assert.DoesNotContain("From now on", group.Transcript, StringComparison.Ordinal);
        group.Say("/model fake", max);
        await group.WaitForTextAsync("From now on `fake` answers");
        group.Say("/model default", owner);
        await group.WaitForBotMessagesAsync(4);

        var chat = hub.Chat("Eve");
        chat.Say("/model fake");
        await chat.WaitForTextAsync("From now on `fake` answers");
    }
}
