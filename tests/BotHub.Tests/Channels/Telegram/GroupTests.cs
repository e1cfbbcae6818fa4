using BotHub.Core.Conversations;
using BotHub.FakeTelegram;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Several people and one bot, as the model and as the people see it.</summary>
public sealed class GroupTests(PollingFixture fixture) : IClassFixture<PollingFixture>
{
    private readonly TestHub _hub = fixture.Hub();
    private readonly string _mark = Guid.NewGuid().ToString("N")[..8];

    private FakeTelegramServer Telegram => fixture.Telegram;

    [Fact]
    public async Task The_model_is_told_who_speaks_and_what_they_answer_to_and_nothing_that_was_not_meant_for_it()
    {
        var (group, ada, max) = await GroupAsync();
        group.Say("Nobody asked the bot.", max);
        group.Say(At($"say one{_mark}"), ada);
        var first = await group.WaitForTextAsync($"one{_mark}");
        group.Say($"say two{_mark}", max, replyTo: first);
        await group.WaitForTextAsync($"two{_mark}");
        var prompt = _hub.Model.Prompts[^1].Skip(1).Select(m => m.Text).ToList();
        Assert.Equal([$"Ada: say one{_mark}", first.Text], prompt.Take(2));
        Assert.Equal($"[In reply to {fixture.BotOf(_hub).Account.FirstName}: \"{first.Text}\"]\nMax: say two{_mark}", prompt[2]);
        Assert.DoesNotContain(_hub.Model.Prompts.SelectMany(p => p), m => m.Text.Contains("Nobody asked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_in_a_group_is_one_message_that_answers_to_the_question()
    {
        var (group, ada, _) = await GroupAsync();
        var question = group.Say(At("say yes"), ada);
        var answer = await group.WaitForTextAsync("yes");
        Assert.Equal(question.Key, answer.ReplyTo!.Key);
        Assert.Single(group.BotMessages);
        Assert.True(answer.Edits >= 1);
        Assert.Empty(group.DraftFrames);
    }

    [Fact]
    public async Task Topics_are_conversations_of_their_own_and_answered_where_they_are()
    {
        using (_hub.Http()) { }
        var (ada, bot) = (Telegram.AddUser("Ada"), fixture.BotOf(_hub));
        var forum = Telegram.AddSupergroup("Workshop", isForum: true, members: [ada]);
        forum.Join(bot);
        bot.PrivacyMode = false;
        var (tools, wood) = (forum.AddTopic("Tools"), forum.AddTopic("Wood"));
        forum.Say(At($"say hammer{_mark}"), ada, topic: tools);
        Assert.Equal(tools, (await forum.WaitForTextAsync($"hammer{_mark}")).Topic);
        forum.Say(At($"say oak{_mark}"), ada, topic: wood);
        Assert.Equal(wood, (await forum.WaitForTextAsync($"oak{_mark}")).Topic);
        Assert.Equal([$"Ada: say oak{_mark}"], _hub.Model.Prompts[^1].Skip(1).Select(m => m.Text));
        forum.Say(At($"say general{_mark}"), ada);
        Assert.Null((await forum.WaitForTextAsync($"general{_mark}")).Topic);
    }

    [Fact]
    public async Task A_thumb_is_kept_with_the_answer_one_for_each_person_and_can_change()
    {
        var (group, ada, max) = await GroupAsync();
        group.Say(At("say yes"), ada);
        await group.WaitAsync(g => g.LastBotMessage is { } m && m.Buttons.Any(row => row.Any(b => b.Text == "👍")));
        var answer = group.LastBotMessage!;
        await group.Press(answer, "👍", ada).AnsweredAsync();
        await group.Press(answer, "👍", max).AnsweredAsync();
        Assert.Equal((2, 0), await VoicesAsync(group, answer));
        await group.Press(answer, "👎", max).AnsweredAsync();
        Assert.Equal((1, 1), await VoicesAsync(group, answer));
    }

    private async Task<(int Up, int Down)> VoicesAsync(FakeChat group, FakeMessage answer)
    {
        var bot = fixture.BotOf(_hub);
        var store = _hub.Services.GetRequiredService<IConversationStore>();
        var found = await store.FindAnswerAsync(ConversationId.Of("telegram", $"{bot.Id}", $"{group.Id}"), new AnswerKey(null, $"{answer.IdFor(bot)}"), TestContext.Current.CancellationToken);
        return (found!.Up, found.Down);
    }

    private async Task<(FakeChat Group, FakeUser Ada, FakeUser Max)> GroupAsync()
    {
        using (_hub.Http()) { }
        await Task.CompletedTask;
        var (ada, max) = (Telegram.AddUser("Ada"), Telegram.AddUser("Max"));
        var group = Telegram.AddGroup("Kitchen table", ada, max);
        var bot = fixture.BotOf(_hub);
        bot.PrivacyMode = false;
        group.Join(bot);
        return (group, ada, max);
    }

    private string At(string text) => $"@{fixture.BotOf(_hub).Username} {text}";
}
