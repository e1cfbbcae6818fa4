using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Routing;

/// <summary>What a long queue and a full purse do to the order of a route.</summary>
public sealed class OverflowTests
{
    private readonly ScriptedModel _local = new("local", inHouse: true), _cloud = new("cloud");
    private readonly TaskCompletionSource _go = new();

    [Fact]
    public async Task A_queue_that_is_likely_to_take_too_long_sends_the_turn_to_the_next_model_at_once()
    {
        _local.Act = (_, options, cancel) => ScriptedModel.Queue(options, 8, _go, "local", cancel);
        using var hub = Hub(TimeSpan.FromSeconds(20));
        using (hub.Http()) { }
        // Answers took five seconds lately.
        var health = hub.Services.GetRequiredService<ModelHealths>().Of("local");
        health.Begin();
        health.End(5);
        var visitor = await hub.VisitAsync();
        var answer = await visitor.AskAsync("Hi");
        Assert.Equal("cloud", answer.Text);
        var ledger = await visitor.LedgerAsync(answer.Turn);
        Assert.Equal(PassedModel.Queue, ledger.GetProperty("passed")[0].GetProperty("reason").GetString());
        // Nothing was computed for the call that gave up, so nothing is to be paid for it; and it was no failure.
        Assert.Equal(["cloud"], ledger.GetProperty("calls").EnumerateArray().Select(c => c.GetProperty("model").GetString()));
        Assert.Equal(BreakerState.Closed, health.Breaker.State);
    }

    [Fact]
    public async Task A_queue_that_takes_longer_than_anybody_knew_is_left_when_the_limit_is_over()
    {
        _local.Act = (_, options, cancel) => ScriptedModel.Queue(options, 1, _go, "local", cancel);
        using var hub = Hub(TimeSpan.FromMilliseconds(50));
        Assert.Equal("cloud", (await (await hub.VisitAsync()).AskAsync("Hi")).Text);
    }

    [Fact]
    public async Task A_short_queue_is_waited_for()
    {
        _go.SetResult();
        _local.Act = (_, options, cancel) => ScriptedModel.Queue(options, 1, _go, "local", cancel);
        using var hub = Hub(TimeSpan.FromMinutes(1));
        Assert.Equal("local", (await (await hub.VisitAsync()).AskAsync("Hi")).Text);
        Assert.Empty(_cloud.Prompts);
    }

    [Fact]
    public async Task When_the_next_model_fails_the_queue_is_waited_for_after_all()
    {
        _local.Act = (_, options, cancel) => ScriptedModel.Queue(options, 1, _go, "local", cancel);
        _cloud.Act = (_, _, _) =>
        {
            _go.TrySetResult();
            return ScriptedModel.Say("", new ModelCallException(ModelFault.Server, "down"));
        };
        using var hub = Hub(TimeSpan.FromMilliseconds(20));
        var visitor = await hub.VisitAsync();
        var answer = await visitor.AskAsync("Hi");
        Assert.Equal(("local", "done"), (answer.Text, answer.State));
        Assert.Equal(2, _local.Prompts.Count);
    }

    [Fact]
    public async Task What_must_not_leave_the_house_waits()
    {
        _local.Act = (_, options, cancel) => ScriptedModel.Queue(options, 1, _go, "local", cancel);
        using var hub = Hub(TimeSpan.FromMilliseconds(1), settings: ("Channels:Web:DataClass", "Internal"));
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using (await visitor.PostAsync("Hi")) { }
        await events.NextAsync("CUSTOM");
        _go.SetResult();
        await events.NextAsync("RUN_FINISHED");
        Assert.Equal("local", (await visitor.MessagesAsync())[1].Text);
        Assert.Empty(_cloud.Prompts);
    }

    [Fact]
    public async Task A_model_on_which_enough_was_spent_today_is_left_out_and_when_none_is_left_people_are_told()
    {
        var budget = new Budget();
        var models = new ScriptedModels(_local, _cloud);
        models.Chain = models.Chain with { CostPerDay = 10m };
        _local.Act = (_, _, _) => ScriptedModel.Say("", new ModelCallException(ModelFault.Server, "down"));
        using var hub = ChainTests.Hub(models, s => s.AddSingleton<IOverflowBudget>(budget), ("Prices:cloud:Prompt", "1"));
        var visitor = await hub.VisitAsync();
        budget.Spent = 9.99m;
        Assert.Equal("cloud", (await visitor.AskAsync("Hi")).Text);
        budget.Spent = 10m;
        var answer = await visitor.AskAsync("Hi");
        Assert.Equal("failed", answer.State);
        Assert.Single(_cloud.Prompts);
        Assert.Equal(PassedModel.Cost, (await visitor.LedgerAsync(answer.Turn)).GetProperty("passed")[0].GetProperty("reason").GetString());

        models.Chain = models.Chain with { Models = [_cloud.Named] };
        Assert.Equal(Texts.CostLimit, (await visitor.AskAsync("Hi")).Text);
        Assert.Single(_cloud.Prompts);
    }

    private TestHub Hub(TimeSpan limit, params (string, string)[] settings)
    {
        var models = new ScriptedModels(_local, _cloud);
        models.Chain = models.Chain with { QueueTime = limit };
        return ChainTests.Hub(models, settings: settings);
    }

    private sealed class Budget : IOverflowBudget
    {
        public decimal Spent { get; set; }

        public ValueTask<decimal> SpentTodayAsync(string model, CancellationToken cancel) => new(model == "cloud" ? Spent : 1000m);
    }
}
