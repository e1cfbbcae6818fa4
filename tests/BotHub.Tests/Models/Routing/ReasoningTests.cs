using BotHub.Core.Models;
using BotHub.Core.Prompts;
using BotHub.Tests.Models.Remote;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Routing;

/// <summary>What a model thinks is shown where the persona says so, and is never part of the talk.</summary>
public sealed class ReasoningTests
{
    [Theory]
    [InlineData("open-thinker")]
    [InlineData("local-thinker")]
    public async Task Thoughts_are_a_quotation_before_the_answer_and_models_never_read_them_again(string model)
    {
        await using var remote = await RemoteHub.StartAsync(s => s.AddSingleton<IPromptLibrary>(new Thinker(true)), ("Type", "openai-compatible"), ("Model", model));
        remote.Provider.Answer = request => $"Well: {request.LastText}";
        var visitor = await remote.Hub.VisitAsync();
        Assert.Equal("> 💭 First I think.\n\nWell: One?", (await visitor.AskAsync("One?")).Text);
        await visitor.AskAsync("Two?");
        var body = remote.Provider.Requests[^1].Body.ToString();
        Assert.Contains("Well: One?", body, StringComparison.Ordinal);
        Assert.DoesNotContain("First I think", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_default_nobody_sees_them()
    {
        await using var remote = await RemoteHub.StartAsync(("Type", "openai-compatible"), ("Model", "open-thinker"));
        remote.Provider.Answer = _ => "Well.";
        Assert.Equal("Well.", (await (await remote.Hub.VisitAsync()).AskAsync("One?")).Text);
    }

    [Fact]
    public async Task Where_thoughts_were_shown_and_the_model_fails_before_it_answers_another_one_answers()
    {
        var (first, second) = (new ScriptedModel("first"), new ScriptedModel("second"));
        first.Act = (_, _, _) => Think("Hm.\nYes", new ModelCallException(ModelFault.Server, "down"));
        second.Act = (_, _, _) => Think("\nSo.", null);
        using var hub = ChainTests.Hub(new ScriptedModels(first, second), s => s.AddSingleton<IPromptLibrary>(new Thinker(true)));
        Assert.Equal("> 💭 Hm.\n> Yes\n\n> 💭 So.\n\nanswer", (await (await hub.VisitAsync()).AskAsync("One?")).Text);
        Assert.Equal("One?", second.Prompts[0][^1].Text);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Think(string thought, Exception? then)
    {
        await Task.Yield();
        foreach (var c in thought) yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(c.ToString())]);
        if (then is not null) throw then;
        await foreach (var update in ScriptedModel.Say("answer")) yield return update;
    }

    private sealed class Thinker(bool shows) : IPromptLibrary
    {
        public Persona Get(string? id) => new("test", 1, "for tests", null, new PersonaSampling(), "You think.", "000000000000") { ShowsReasoning = shows };
    }
}
