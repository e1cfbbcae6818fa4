using System.Reflection;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Tests.Channels.Telegram;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BotHub.Tests.Usage;

/// <summary>What people notice of budgets.</summary>
public sealed class BudgetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Past_the_quota_the_user_is_told_when_there_is_more_and_commands_cost_nothing()
    {
        await using var hub = new TestHub(("Budgets:talk:Messages", "2"), ("Budgets:talk:Per", "03:00:00"), ("Budgets:talk:WarnAt", "0"));
        var visitor = await hub.VisitAsync();
        await visitor.AskAsync("/help");
        await visitor.AskAsync("say one");
        // A turn that fails is no answered message.
        await visitor.AskAsync("fail");
        await visitor.AskAsync("/usage");
        Assert.Equal("two", (await visitor.AskAsync("say two")).Text);
        var asked = hub.Model.Prompts.Count;

        var refused = await visitor.AskAsync("say three");
        Assert.Equal("failed", refused.State);
        Assert.Matches(@"^Your allowance of 2 messages in 3 hours is used up\. It is there again in (2|3) hours( and \d+ minutes?)?, at \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)\.$", refused.Text);
        Assert.Equal(asked, hub.Model.Prompts.Count);
        var usage = await visitor.AskAsync("/usage");
        Assert.Matches(@"^- Today: 2 messages, \d+ tokens\n- This month: 2 messages, \d+ tokens\n- Your allowance: 0 messages of 2 messages in 3 hours left$", usage.Text);

        // Somebody else has an allowance of their own.
        Assert.Equal("me", (await (await hub.VisitAsync()).AskAsync("say me")).Text);
    }

    [Fact]
    public async Task Near_the_end_people_are_told_once_and_models_never_read_it()
    {
        await using var hub = new TestHub(("Budgets:talk:Messages", "5"), ("Budgets:talk:Per", "Day"), ("Budgets:talk:WarnAt", "0.4"));
        var visitor = await hub.VisitAsync();
        Assert.Equal("one", (await visitor.AskAsync("say one")).Text);
        Assert.Equal("two\n\n(So far 2 messages of your allowance of 5 messages a day are used.)", (await visitor.AskAsync("say two")).Text);
        Assert.Equal("three", (await visitor.AskAsync("say three")).Text);
        Assert.DoesNotContain(hub.Model.Prompts.SelectMany(p => p), m => m.Text.Contains("allowance", StringComparison.Ordinal));
        Assert.Contains(hub.Model.Prompts[^1], m => m.Text == "two");
    }

    [Fact]
    public async Task Who_is_exempt_is_counted_and_not_stopped_and_a_group_shares_its_allowance()
    {
        await using var hub = await TelegramHub.StartAsync(
            ("Budgets:talk:Messages", "1"), ("Budgets:talk:WarnAt", "0"), ("Budgets:room:Messages", "2"), ("Budgets:room:Scope", "Group"), ("Budgets:room:WarnAt", "0"), ("Budgets:Exempt:0", "telegram:4711"));
        var (boss, ann, ben, cem) = (hub.Telegram.AddUser("Boss", id: 4711), hub.Telegram.AddUser("Ann"), hub.Telegram.AddUser("Ben"), hub.Telegram.AddUser("Cem"));
        var chat = hub.Bot.PrivateChat(boss);
        foreach (var word in new[] { "one", "two", "three" })
        {
            chat.Say($"say {word}");
            await chat.WaitForTextAsync(word, Patience);
        }

        chat.Say("/usage");
        await chat.WaitForTextAsync("Today: 3 messages", Patience);
        Assert.Contains("No allowance limits you.", chat.BotTexts[^1], StringComparison.Ordinal);

        var group = hub.Telegram.AddSupergroup("Room", members: [ann, ben, cem]);
        // In privacy mode a mention does not reach a bot.
        hub.Bot.PrivacyMode = false;
        group.Join(hub.Bot);
        foreach (var (who, answer) in new[] { (ann, "Ann"), (ben, "Ben"), (cem, "This group's allowance of 2 messages a month is used up.") })
        {
            group.Say($"@test_bot {answer}", who);
            await group.WaitForTextAsync(answer, Patience);
        }

        // Ann has none of her own left in her private chat either: it is the same person.
        var own = hub.Bot.PrivateChat(ann);
        own.Say("say one");
        await own.WaitForTextAsync("Your allowance of 1 message a month is used up.", Patience);
    }

    [Fact]
    public async Task From_its_mark_on_a_budget_lets_a_cheaper_model_answer()
    {
        await using var hub = new TestHub(
            ("Models:Default", "echo"), ("Budgets:talk:Messages", "10"), ("Budgets:talk:Degrade:At", "0.2"), ("Budgets:talk:Degrade:Model", "eliza")) { ConfiguredModels = true };
        var visitor = await hub.VisitAsync();
        List<string> models = [];
        for (var i = 0; i < 4; i++)
            models.Add((await visitor.LedgerAsync((await visitor.AskAsync($"Hello there {i}")).Turn)).GetProperty("model").GetProperty("name").GetString()!);
        Assert.Equal(["echo", "echo", "eliza", "eliza"], models);
    }

    [Fact]
    public async Task A_models_own_budget_takes_it_out_and_with_no_other_the_turn_is_turned_away()
    {
        await using var hub = new TestHub(("Budgets:m:Scope", "Model"), ("Budgets:m:Match", "fake"), ("Budgets:m:Messages", "1"), ("Budgets:m:WarnAt", "0"));
        Assert.Equal("one", (await (await hub.VisitAsync()).AskAsync("say one")).Text);
        var refused = await (await hub.VisitAsync()).AskAsync("say two");
        Assert.StartsWith("The shared allowance of 1 message a month is used up.", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_could_cost_more_than_the_whole_budget_is_told_so()
    {
        await using var hub = new TestHub(("Prices:fake:Completion", "1000"), ("Budgets:m:Money", "0.05"), ("Usage:Currency", "USD"));
        var refused = await (await hub.VisitAsync()).AskAsync("say one");
        // A hundred tokens of answer at a thousandth each.
        Assert.Equal("This message could need 0.10 USD, and your allowance is 0.05 USD a month. Please shorten it, or start afresh with /reset.", refused.Text);
    }

    [Fact]
    public async Task While_the_books_are_away_no_model_is_asked_and_the_turn_is_taken_up_again()
    {
        var gate = new Gate();
        await using var hub = new TestHub(("Budgets:talk:Messages", "5"), ("Pipeline:Lease", "00:00:02"), ("Pipeline:Sweep", "00:00:00.1")) { Replace = gate.Decorate };
        var visitor = await hub.VisitAsync();
        gate.Refusals = 2;
        using (await visitor.PostAsync("say one")) { }
        TestVisitor.Message? answer;
        using var end = new CancellationTokenSource(Patience);
        while ((answer = (await visitor.MessagesAsync()).FirstOrDefault(m => m is { Role: "assistant", State: "done" or "failed" })) is null) await Task.Delay(50, end.Token);
        Assert.Equal("one", answer.Text);
        Assert.Equal(0, gate.Refusals);
        Assert.Single(hub.Model.Prompts);
    }

    [Fact]
    public async Task A_turn_that_is_stopped_counts_and_one_whose_model_was_never_asked_frees_what_was_kept()
    {
        await using var hub = new TestHub(("Budgets:talk:Messages", "1"), ("Budgets:talk:WarnAt", "0"));
        var visitor = await hub.VisitAsync();
        // The queue is full: the model was not asked, so the one message is still there.
        for (var i = 0; i < 3; i++) Assert.Equal("failed", (await visitor.AskAsync("busy")).State);
        await using (var events = await visitor.FollowAsync())
        {
            using (await visitor.PostAsync("hang")) { }
            await events.NextAsync("TEXT_MESSAGE_CONTENT");
            using (await visitor.Http.PostAsync($"{visitor.Base}/stop", null)) { }
            await events.NextAsync("RUN_FINISHED");
        }

        Assert.Contains("is used up", (await visitor.AskAsync("say more")).Text, StringComparison.Ordinal);
    }

    /// <summary>Books that do not answer so many times.</summary>
    private sealed class Gate
    {
        public int Refusals { get; set; }

        public void Decorate(IServiceCollection services)
        {
            var real = services.Last(s => s.ServiceType == typeof(IBooks)).ImplementationType!;
            services.AddSingleton(real);
            services.Replace(ServiceDescriptor.Singleton(provider =>
            {
                var books = DispatchProxy.Create<IBooks, Proxy>();
                ((Proxy)(object)books).Become((IBooks)provider.GetRequiredService(real), this);
                return books;
            }));
        }
    }

    /// <summary>Made by the framework, which derives from it.</summary>
    public class Proxy : DispatchProxy
    {
        private IBooks _real = null!;
        private object _owner = null!;

        internal void Become(IBooks real, object owner) => (_real, _owner) = (real, owner);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IBooks.ReserveAsync) || ((Gate)_owner).Refusals == 0) return targetMethod.Invoke(_real, args);
            ((Gate)_owner).Refusals--;
            throw new StoreUnavailableException("away for a test");
        }
    }
}
