using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Models.Routing;

/// <summary>Who answers, in whole hubs whose models do what the test says.</summary>
public sealed class ChainTests
{
    private static readonly ModelCallException _down = new(ModelFault.Server, "down");

    private readonly ScriptedModel _first = new("first", inHouse: true), _second = new("second"), _third = new("third");

    [Fact]
    public async Task A_smaller_model_gets_a_window_of_its_own_and_the_same_question()
    {
        var small = new ScriptedModel("small", context: 130);
        using var hub = Hub(new ScriptedModels(_first, small));
        var visitor = await hub.VisitAsync();
        for (var i = 0; i < 8; i++) await visitor.AskAsync($"Number {i} of the questions that fill the history with words");
        _first.Act = (_, _, _) => ScriptedModel.Say("", _down);

        var answer = await visitor.AskAsync("What was the last number?");
        Assert.Equal("small", answer.Text);
        var (big, little) = (_first.Prompts[^1], Assert.Single(small.Prompts));
        Assert.True(little.Count < big.Count);
        Assert.InRange(small.Count(little), 1, small.ContextLength - 50);
        Assert.Equal("What was the last number?", little[^1].Text);
        var ledger = await visitor.LedgerAsync(answer.Turn);
        Assert.Equal(130, ledger.GetProperty("contextTokens").GetInt32());
        Assert.NotEmpty(ledger.GetProperty("dropped").EnumerateArray());
    }

    [Fact]
    public async Task A_model_that_the_question_is_too_long_for_is_passed_over_and_too_long_for_all_is_told()
    {
        var (tiny, small) = (new ScriptedModel("tiny", context: 60), new ScriptedModel("small", context: 200));
        using var hub = Hub(new ScriptedModels(tiny, small));
        var visitor = await hub.VisitAsync();
        var answer = await visitor.AskAsync(string.Join(' ', Enumerable.Repeat("long", 60)));
        Assert.Equal("small", answer.Text);
        Assert.Equal(PassedModel.TooSmall, Reasons(await visitor.LedgerAsync(answer.Turn)).Single());
        Assert.Empty(tiny.Prompts);

        var refused = await visitor.AskAsync(string.Join(' ', Enumerable.Repeat("long", 600)));
        Assert.Equal("failed", refused.State);
        Assert.Matches("too long for the model in use: 601 tokens, and there is room for 1[0-9]{2}", refused.Text);
        Assert.Single(small.Prompts);
    }

    [Fact]
    public async Task A_continuation_that_does_not_fit_its_model_is_passed_over()
    {
        var tiny = new ScriptedModel("tiny", context: 80);
        _first.Act = (_, _, _) => ScriptedModel.Say(string.Join(' ', Enumerable.Range(100, 60)), _down);
        _third.Act = (p, _, _) => ScriptedModel.Say("159 and the end.");
        using var hub = Hub(new ScriptedModels(_first, tiny, _third));
        var visitor = await hub.VisitAsync();
        var answer = await visitor.AskAsync("Count.");
        Assert.Equal($"{string.Join(' ', Enumerable.Range(100, 60))} and the end.", answer.Text);
        Assert.Empty(tiny.Prompts);
        Assert.Equal(["server", PassedModel.TooSmall], Reasons(await visitor.LedgerAsync(answer.Turn)));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_twice_is_told_once_by_three_models()
    {
        _first.Act = (_, _, _) => ScriptedModel.Say("One two three", _down);
        _second.Act = (_, _, _) => ScriptedModel.Say("two three four five", _down);
        _third.Act = (_, _, _) => ScriptedModel.Say("four five six.");
        using var hub = Hub(new ScriptedModels(_first, _second, _third));
        var visitor = await hub.VisitAsync();
        var answer = await visitor.AskAsync("Count.");
        Assert.Equal(("One two three four five six.", "done"), (answer.Text, answer.State));
        Assert.Equal("One two three four five", _third.Prompts[0][^2].Text);
        Assert.Equal(3, (await visitor.LedgerAsync(answer.Turn)).GetProperty("calls").GetArrayLength());
        // The next prompt holds the answer as it was shown.
        _first.Act = null;
        await visitor.AskAsync("Thanks.");
        Assert.Equal("One two three four five six.", _first.Prompts[^1][^2].Text);
    }

    [Fact]
    public async Task Where_a_route_does_not_continue_the_answer_ends_with_a_word()
    {
        _first.Act = (_, _, _) => ScriptedModel.Say("One two", _down);
        var models = new ScriptedModels(_first, _second);
        models.Chain = models.Chain with { Continue = false };
        using var hub = Hub(models);
        var answer = await (await hub.VisitAsync()).AskAsync("Count.");
        Assert.Matches("^One two\n\n\\(Something went wrong here", answer.Text);
        Assert.Empty(_second.Prompts);
    }

    [Fact]
    public async Task A_model_that_begins_anew_leaves_the_end_to_the_next()
    {
        const string Begin = "The three primary colours of light are red,";
        _first.Act = (_, _, _) => ScriptedModel.Say(Begin, _down);
        _second.Act = (_, _, _) => ScriptedModel.Say("The three primary colours of paint are others.");
        _third.Act = (_, _, _) => ScriptedModel.Say("are red, green and blue.");
        using var hub = Hub(new ScriptedModels(_first, _second, _third));
        Assert.Equal($"{Begin} green and blue.", (await (await hub.VisitAsync()).AskAsync("Colours?")).Text);
    }

    [Fact]
    public async Task A_model_that_keeps_failing_is_not_asked_until_the_pause_is_over()
    {
        var clock = new FakeTimeProvider();
        _first.Act = (_, _, _) => ScriptedModel.Say("", _down);
        using var hub = Hub(new ScriptedModels(_first, _second), s => s.AddSingleton(new ModelHealths(new BreakerRules(2, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30)), clock)));
        var visitor = await hub.VisitAsync();
        for (var i = 0; i < 4; i++) Assert.Equal("second", (await visitor.AskAsync("Hi")).Text);
        Assert.Equal(2, _first.Prompts.Count);
        Assert.Contains("fails at present", (await visitor.AskAsync("/status")).Text, StringComparison.Ordinal);
        var status = await hub.Http().GetStringAsync("/status");
        Assert.Contains("\"breaker\":\"open\"", status, StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromSeconds(30));
        _first.Act = null;
        Assert.Equal("first", (await visitor.AskAsync("Hi")).Text);
        Assert.Equal("first", (await visitor.AskAsync("Hi")).Text);
    }

    [Fact]
    public async Task When_all_are_left_alone_the_soonest_is_asked_all_the_same()
    {
        var clock = new FakeTimeProvider();
        var healths = new ModelHealths(new BreakerRules(1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), clock);
        using var hub = Hub(new ScriptedModels(_first, _second), s => s.AddSingleton(healths));
        healths.Of("second").Breaker.Failed();
        clock.Advance(TimeSpan.FromMinutes(1));
        healths.Of("first").Breaker.Failed();
        var answer = await (await hub.VisitAsync()).AskAsync("Hi");
        Assert.Equal("second", answer.Text);
        Assert.Equal((BreakerState.Open, BreakerState.Closed), (healths.Of("first").Breaker.State, healths.Of("second").Breaker.State));
    }

    [Fact]
    public async Task Stop_is_no_failure_and_nobody_else_is_asked()
    {
        _first.Act = (_, options, cancel) => ScriptedModel.Queue(options, 1, new TaskCompletionSource(), "never", cancel);
        using var hub = Hub(new ScriptedModels(_first, _second));
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using (await visitor.PostAsync("Hi")) { }
        await events.NextAsync("CUSTOM");
        using (await visitor.Http.PostAsync($"{visitor.Base}/stop", null)) { }
        await events.NextAsync("RUN_FINISHED");
        Assert.Equal("stopped", (await visitor.MessagesAsync())[1].State);
        Assert.Empty(_second.Prompts);
        Assert.Equal(BreakerState.Closed, hub.Services.GetRequiredService<ModelHealths>().Of("first").Breaker.State);
    }

    [Fact]
    public async Task Many_turns_at_a_time_are_each_answered_once_while_models_come_and_go()
    {
        var random = new Random(7);
        _first.Act = (_, _, _) => Chance(4) switch { 0 => ScriptedModel.Say("", _down), 1 => ScriptedModel.Say("alpha beta gamma", _down), _ => ScriptedModel.Say("alpha beta gamma delta epsilon.") };
        _second.Act = (p, _, _) => p[^1].Text.StartsWith("Your answer above", StringComparison.Ordinal) ? ScriptedModel.Say("beta gamma delta epsilon.") : ScriptedModel.Say("alpha beta gamma delta epsilon.");
        using var hub = Hub(new ScriptedModels(_first, _second), s => s.AddSingleton(new ModelHealths(new BreakerRules(2, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(5)), TimeProvider.System)));
        using (hub.Http()) { }
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (_, _) =>
        {
            var visitor = await hub.VisitAsync();
            var answer = await visitor.AskAsync("Say the letters.");
            Assert.Equal(("alpha beta gamma delta epsilon.", "done"), (answer.Text, answer.State));
        });

        int Chance(int of)
        {
            lock (random) return random.Next(of);
        }
    }

    private static IEnumerable<string?> Reasons(System.Text.Json.JsonElement ledger) => ledger.GetProperty("passed").EnumerateArray().Select(p => p.GetProperty("reason").GetString());

    internal static TestHub Hub(ScriptedModels models, Action<IServiceCollection>? more = null, params (string, string)[] settings) => new([("Models:Default", "eliza"), .. settings])
    {
        ConfiguredModels = true,
        Replace = s =>
        {
            s.AddSingleton<IModelDirectory>(models);
            more?.Invoke(s);
        },
    };
}
