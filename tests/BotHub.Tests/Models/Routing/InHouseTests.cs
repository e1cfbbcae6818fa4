using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using BotHub.Core.Prompts;
using BotHub.FakeOpenAI.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Models.Routing;

/// <summary>What may not leave the house does not, whatever happens: the provider outside gets no request at all.</summary>
public sealed class InHouseTests
{
    private static readonly (string, string) _internal = ("Channels:Web:DataClass", "Internal"), _firstIsOurs = ("Models:first:InHouse", "true");

    [Fact]
    public async Task No_fault_of_the_model_in_the_house_sends_anything_out_of_it()
    {
        await using var route = await RouteHub.StartAsync(_internal, _firstIsOurs, ("Pipeline:BreakerFailures", "2"));
        route.AnswerAlike("It stays here.");
        Fault[] faults =
        [
            new(FaultKind.Status) { Status = 500 }, new(FaultKind.Status) { Status = 429 }, new(FaultKind.Cut), new(FaultKind.Cut) { AfterChunks = 2 },
            new(FaultKind.Garbage), new(FaultKind.Status) { Status = 401 }, new(FaultKind.Stall) { AfterChunks = 1 }, new(FaultKind.PromptBlocked),
        ];
        var visitor = await route.Hub.VisitAsync();
        foreach (var fault in faults)
        {
            route.First.Faults.Add(fault);
            Assert.Equal("failed", (await visitor.AskAsync("A secret")).State);
            route.First.Faults.Clear();
        }

        Assert.Equal("It stays here.", (await visitor.AskAsync("A secret")).Text);
        Assert.Equal(faults.Length + 1, route.First.Requests.Count);
        Assert.Empty(route.Second.Requests);
    }

    [Fact]
    public async Task Nobody_can_choose_what_is_out_of_the_house()
    {
        // The persona is taken up while the hub runs, after the start has found the offer good.
        var prompts = new Personas();
        await using var route = await RouteHub.StartAsync(s => s.AddSingleton<IPromptLibrary>(prompts), _firstIsOurs, ("Channels:Web:Models:0", "second"), ("Channels:Web:Models:1", "smart"));
        route.AnswerAlike("Well.");
        var visitor = await route.Hub.VisitAsync();
        await visitor.AskAsync("/model second");
        await visitor.AskAsync("Open talk");
        Assert.Single(route.Second.Requests);

        prompts.Data = DataClass.Internal;
        var answer = await visitor.AskAsync("A secret");
        Assert.StartsWith(Texts.ChoiceGone("second"), answer.Text, StringComparison.Ordinal);
        Assert.Equal("There is no model `second` to choose here. You can choose `smart`.", (await visitor.AskAsync("/model second")).Text);
        Assert.DoesNotContain("second", (await visitor.AskAsync("/models")).Text, StringComparison.Ordinal);
        await visitor.AskAsync("/model smart");
        route.First.Faults.Add(new(FaultKind.Cut) { AfterChunks = 1 });
        route.First.Faults.Add(new(FaultKind.Status) { Status = 500, Times = 0 });
        await visitor.AskAsync("A secret");
        Assert.Equal("failed", (await visitor.AskAsync("A secret")).State);
        Assert.Single(route.Second.Requests);
    }

    [Fact]
    public async Task Where_no_model_runs_in_the_house_nothing_is_sent_and_people_are_told()
    {
        var prompts = new Personas();
        await using var route = await RouteHub.StartAsync(s => s.AddSingleton<IPromptLibrary>(prompts));
        var visitor = await route.Hub.VisitAsync();
        prompts.Data = DataClass.Internal;
        var answer = await visitor.AskAsync("A secret");
        Assert.Equal((Texts.NoModelAllowed, "failed"), (answer.Text, answer.State));
        var passed = (await visitor.LedgerAsync(answer.Turn)).GetProperty("passed").EnumerateArray().Select(p => p.GetProperty("reason").GetString());
        Assert.Equal([PassedModel.DataClass, PassedModel.DataClass], passed);
        Assert.Empty(route.First.Requests);
        Assert.Empty(route.Second.Requests);
    }

    [Fact]
    public void A_turn_refuses_a_model_that_may_not_see_it_and_is_strict_before_anybody_decided()
    {
        var (ours, theirs) = (new ScriptedModel("ours", inHouse: true), new ScriptedModel("theirs"));
        var turn = Turns.Of("Hello");
        Assert.Equal(DataClass.Internal, turn.Data);
        Assert.Throws<ModelForbiddenException>(() => turn.Use(theirs.Named));
        Assert.Null(turn.Model);
        Assert.Same(turn.Use(ours.Named), turn.Window);
        Assert.Throws<ModelForbiddenException>(() => turn.Use(theirs.Named, "begun"));
        Assert.Same(ours.Named, turn.Model);
    }

    [Fact]
    public async Task A_channel_that_contradicts_itself_does_not_start()
    {
        var models = new ScriptedModels(new ScriptedModel("first"), new ScriptedModel("second"));
        var channel = new OneChannel(new BotChoice(null, null, DataClass.Internal) { Offered = ["second", "nobody"] });
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => new ChoiceCheck([channel], models, new Personas()).StartAsync(CancellationToken.None));
        Assert.Collection(
            error.Failures,
            f => Assert.StartsWith("Channels:Some: nothing may leave the house there (Channels:Some:DataClass is Internal), but 'smart' runs out of it", f, StringComparison.Ordinal),
            f => Assert.StartsWith("Channels:Some:Models offers 'second', which runs out of the house", f, StringComparison.Ordinal),
            f => Assert.StartsWith("Channels:Some:Models offers 'nobody', and there is no such model", f, StringComparison.Ordinal));
    }

    private sealed class OneChannel(BotChoice choice) : IChannel
    {
        public string Id => "some";

        public IEnumerable<(string Section, BotChoice Choice)> Choices => [("Channels:Some", choice)];

        public IReplySurface Open(ReplyLease lease) => throw new NotSupportedException();
    }

    private sealed class Personas : IPromptLibrary
    {
        public DataClass Data { get; set; }

        public Persona Get(string? id) => new("test", 1, "for tests", null, new PersonaSampling(), "You are {{bot_name}}.", "000000000000") { Data = Data };
    }
}
