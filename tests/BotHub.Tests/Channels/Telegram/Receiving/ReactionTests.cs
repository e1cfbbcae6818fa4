using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Channels.Telegram.Receiving;

/// <summary>What people do beside writing: buttons, thumbs, edits, Stop, blocking the bot.</summary>
public sealed class ReactionTests
{
    [Fact]
    public async Task The_buttons_under_an_answer_take_an_opinion_and_ask_for_another_try()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        chat.Say("say first words");
        var answer = await chat.WaitForTextAsync("first words");
        await hub.Telegram.WaitAsync(() => answer.Buttons.Count > 0, what: "the buttons");
        var data = answer.Buttons.SelectMany(r => r).Select(b => b.CallbackData!).ToList();

        var thumb = chat.Press(answer, data.Single(d => d.StartsWith("fb:+:", StringComparison.Ordinal)));
        await thumb.AnsweredAsync();
        Assert.Equal("Thank you!", thumb.Answer);

        var again = chat.Press(answer, data.Single(d => d.StartsWith("re:", StringComparison.Ordinal)));
        await again.AnsweredAsync();
        Assert.Equal("I am trying again.", again.Answer);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (hub.Hub.Model.Prompts.Count < 2) await Task.Delay(20, end.Token);
    }

    [Fact]
    public async Task A_thumb_on_an_answer_is_an_opinion()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        chat.Say("say rate me");
        var answer = await chat.WaitForTextAsync("rate me");
        await hub.ConfirmedAsync();

        chat.React(answer, null, "👍");

        await hub.ConfirmedAsync();
        Assert.DoesNotContain("dead letter", hub.Hub.Logs.All, StringComparison.Ordinal);
        var store = hub.Hub.Services.GetRequiredService<IConversationStore>();
        var known = await store.FindAnswerAsync(ConversationId.Of("telegram", $"{hub.Bot.Id}", $"{chat.Id}"), new AnswerKey(null, $"{answer.Id}"), CancellationToken.None);
        Assert.True(known!.Answer);
    }

    [Fact]
    public async Task Stop_in_the_draft_ends_the_answer()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        chat.Say("hang");
        await hub.Telegram.WaitAsync(() => chat.Draft is { CanStop: true, Text.Length: > 0 }, what: "a draft");

        chat.Stop();
        chat.Say("say go on");

        await chat.WaitForTextAsync("go on");
    }

    [Fact]
    public async Task An_edited_question_is_answered_anew()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();
        var question = chat.Say("say one");
        await chat.WaitForTextAsync("one");

        chat.Edit(question, "say two");

        await chat.WaitForTextAsync("two");
    }

    [Fact]
    public async Task Who_blocks_the_bot_is_left_alone_until_they_come_back()
    {
        await using var hub = await TelegramHub.StartAsync();
        var governor = hub.Hub.Services.GetRequiredService<IOutboundGovernor>();
        var chat = hub.Chat();
        chat.Say("say hello");
        await chat.WaitForTextAsync("hello");

        chat.Block();
        await DeadAsync(1);
        chat.Unblock();
        await DeadAsync(0);

        async Task DeadAsync(int chats)
        {
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while ((await governor.ReadStatusAsync($"telegram:{hub.Bot.Id}", end.Token)).DeadChats != chats) await Task.Delay(20, end.Token);
        }
    }

    [Fact]
    public async Task A_group_keeps_its_conversation_when_it_becomes_a_supergroup()
    {
        await using var hub = await TelegramHub.StartAsync();
        var ada = hub.Telegram.AddUser("Ada");
        var group = hub.Telegram.AddGroup("Kitchen", ada);
        group.Join(hub.Bot);
        group.Say("/ask@test_bot say before", ada);
        await group.WaitForTextAsync("before");

        var upgraded = group.Upgrade();
        upgraded.Say("/ask@test_bot say after", ada);

        await upgraded.WaitForTextAsync("after");
        Assert.Contains(hub.Hub.Model.Prompts[^1], m => m.Text.Contains("before", StringComparison.Ordinal));
    }
}
