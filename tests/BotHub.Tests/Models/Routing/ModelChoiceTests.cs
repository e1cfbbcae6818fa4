using BotHub.Core.Pipeline;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Models.Routing;

/// <summary><c>/models</c> and <c>/model</c>, as a visitor of the page meets them.</summary>
public sealed class ModelChoiceTests
{
    private readonly ScriptedModel _local = new("local", inHouse: true), _cloud = new("cloud"), _other = new("other");

    [Fact]
    public async Task A_choice_counts_for_its_conversation_until_it_is_taken_back()
    {
        using var hub = Hub("cloud, smart");
        var (visitor, stranger) = (await hub.VisitAsync(), await hub.VisitAsync());
        Assert.Equal("local", (await visitor.AskAsync("Hi")).Text);
        Assert.Equal("`smart` answers: Model local. " + Texts.HowToSwitch, (await visitor.AskAsync("/model")).Text);
        Assert.Equal("From now on `cloud` answers in this conversation: Model cloud.", (await visitor.AskAsync("/model CLOUD")).Text);
        Assert.Equal("cloud", (await visitor.AskAsync("Hi")).Text);
        Assert.Equal("local", (await stranger.AskAsync("Hi")).Text);
        Assert.StartsWith("`cloud` answers", (await visitor.AskAsync("/model")).Text, StringComparison.Ordinal);
        Assert.Contains("(`cloud`)", (await visitor.AskAsync("/status")).Text, StringComparison.Ordinal);
        await visitor.AskAsync("/reset");
        Assert.Equal("cloud", (await visitor.AskAsync("Hi")).Text);
        await visitor.AskAsync("/model default");
        Assert.Equal("local", (await visitor.AskAsync("Hi")).Text);
        // Commands and their answers are no talk with the model.
        Assert.DoesNotContain(_local.Prompts.SelectMany(p => p), m => m.Text.Contains("/model", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_tells_what_may_be_chosen_and_what_answers()
    {
        using var hub = Hub("cloud,smart");
        var visitor = await hub.VisitAsync();
        Assert.Equal(
            """
            - `smart`: Model local, context 2,000 tokens, may run elsewhere (answers now)
            - `cloud`: Model cloud, context 2,000 tokens, runs elsewhere

            """.ReplaceLineEndings("\n") + "\n" + Texts.HowToSwitch,
            (await visitor.AskAsync("/models")).Text);
        Assert.Contains("`/model NAME`", (await visitor.AskAsync("/help")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/model other")]
    [InlineData("/model nobody")]
    [InlineData("/model `x` <b>")]
    public async Task What_is_not_offered_cannot_be_chosen(string command)
    {
        using var hub = Hub("cloud");
        var visitor = await hub.VisitAsync();
        var answer = (await visitor.AskAsync(command)).Text;
        Assert.Matches("^There is no model `[^`]*` to choose here. You can choose `cloud`.$", answer);
        Assert.Equal("local", (await visitor.AskAsync("Hi")).Text);
    }

    [Theory]
    [InlineData("/model cloud")]
    [InlineData("/model default")]
    public async Task Where_nothing_is_offered_switching_is_off(string command)
    {
        using var hub = Hub("");
        var visitor = await hub.VisitAsync();
        Assert.Equal(Texts.SwitchingIsOff, (await visitor.AskAsync(command)).Text);
        Assert.Equal("local", (await visitor.AskAsync("Hi")).Text);
        Assert.EndsWith(Texts.SwitchingIsOff, (await visitor.AskAsync("/models")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_outlives_the_hub_and_one_that_is_gone_is_told_once()
    {
        var folder = Directory.CreateTempSubdirectory("bothub-choice-");
        try
        {
            string id, token;
            using (var hub = Hub("cloud", folder.FullName))
            {
                var visitor = await hub.VisitAsync();
                await visitor.AskAsync("/model cloud");
                (id, token) = (visitor.Id, visitor.Http.DefaultRequestHeaders.Authorization!.ToString());
            }

            using (var hub = Hub("cloud", folder.FullName))
            {
                var visitor = Again(hub, id, token);
                Assert.Equal("cloud", (await visitor.AskAsync("Hi")).Text);
            }

            using (var hub = Hub("other", folder.FullName))
            {
                var visitor = Again(hub, id, token);
                Assert.Equal(Texts.ChoiceGone("cloud") + "local", (await visitor.AskAsync("Hi")).Text);
                Assert.Equal("local", (await visitor.AskAsync("Hi")).Text);
                // What was told beside the answer is no part of it.
                Assert.Equal("local", _local.Prompts[^1][^2].Text);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Words_that_only_begin_like_a_command_are_talk()
    {
        using var hub = Hub("cloud");
        var visitor = await hub.VisitAsync();
        foreach (var talk in (string[])["/help me with this", "/modelling is fun", "/models and more", $"/model {new string('x', 65)}"])
            Assert.Equal("local", (await visitor.AskAsync(talk)).Text);
    }

    private static TestVisitor Again(TestHub hub, string id, string token)
    {
        var http = hub.Http();
        http.DefaultRequestHeaders.Add("Authorization", token);
        return new TestVisitor(http, id, first: 1000 + Random.Shared.Next(1_000_000));
    }

    private TestHub Hub(string offered, string? folder = null)
    {
        List<(string, string)> settings = [("Channels:Web:Models", offered)];
        if (folder is not null) settings.Add(("Storage:Directory", folder));
        var models = new ScriptedModels(_local, _cloud, _other);
        return ChainTests.Hub(models, null, [.. settings]);
    }
}
