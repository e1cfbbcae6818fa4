using BotHub.Core.Models;
using BotHub.Models;
using BotHub.Prompts;
using BotHub.Tests.Models.Limits;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Models;

public sealed class ModelDirectoryTests
{
    [Fact]
    public async Task Scripted_models_are_ready_once_the_host_has_started()
    {
        using var host = Host(("Models:Default", "eliza"), ("Models:parrot:Type", "echo"));
        await host.StartAsync();
        var models = host.Services.GetRequiredService<ModelDirectory>();

        Assert.Equal(("eliza", "eliza", null), (models.Default.Name, models.Default.Type, models.Default.Notice));
        Assert.Equal(["echo", "eliza", "parrot"], models.All.Select(m => m.Name).Order());
        Assert.Equal("hi", (await models.Get("PARROT").Client.GetResponseAsync("hi")).Text);
        Assert.Equal("YOUR FATHER", (await models.Get(null).Client.GetResponseAsync([new(ChatRole.User, "My father."), new(ChatRole.User, "My mother"), new(ChatRole.User, "My father.")])).Text);
        Assert.Equal(2, models.Get("echo").Meter.Count([new ChatMessage(ChatRole.User, " two  words\n")]));
    }

    [Fact]
    public async Task An_unknown_model_falls_back_to_the_default_one()
    {
        using var host = Host(("Models:Default", "eliza"));
        await host.StartAsync();
        var models = host.Services.GetRequiredService<ModelDirectory>();

        Assert.False(models.TryGet("gpt", out _));
        Assert.Same(models.Default, models.Get("gpt"));
    }

    [Fact]
    public async Task Where_no_language_model_can_be_had_eliza_answers_and_a_notice_says_so()
    {
        using var host = Host([], new NoLanguageModel(new ModelCreation.Unavailable("offline")));
        await host.StartAsync();
        var model = host.Services.GetRequiredService<ModelDirectory>().Default;

        Assert.Equal(("local", "eliza"), (model.Name, model.Type));
        Assert.Contains("No language model is loaded", model.Notice, StringComparison.Ordinal);
        Assert.Contains("models pull qwen2.5-1.5b", model.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_is_a_name_like_any_other_and_a_stand_in_comes_last_in_it()
    {
        using var host = Host([("Models:Default", "smart"), ("Models:smart:Type", "route"), ("Models:smart:Models", "local,echo")], new NoLanguageModel(new ModelCreation.Unavailable("offline")));
        await host.StartAsync();
        var models = host.Services.GetRequiredService<ModelDirectory>();
        var route = models.Route(null);

        Assert.Equal(("smart", "echo"), (route.Name, models.Default.Name));
        Assert.Equal([("echo", "echo"), ("local", "eliza")], route.Models.Select(m => (m.Name, m.Type)));
        Assert.Same(route, models.Route("SMART"));
        Assert.Equal(["echo", "eliza", "local", "smart"], models.Names.Order());
        Assert.Equal(["echo", "eliza", "local"], models.All.Select(m => m.Name).Order());
        Assert.True(route.Models.All(m => m.InHouse));
    }

    [Fact]
    public async Task Wrong_entries_stop_the_start_together()
    {
        using var host = Host(
            [("Models:doctor:Type", "eliza"), ("Models:doctor:Script", "nowhere.script")],
            new NoLanguageModel(new ModelCreation.Misconfigured("Models:local:Path is wrong.")));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Models:doctor: the script of eliza cannot be used", error.Message, StringComparison.Ordinal);
        Assert.Contains("Models:local:Path is wrong.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_stop_the_start_with_all_their_errors()
    {
        using var host = Host(("Models:Default", "nobody"), ("Models:x:Type", "parrot"), ("Prompts:Direktory", "x"));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Contains("Models:Default = 'nobody'", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Models:x:Type = 'parrot'", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Direktory", error.ToString(), StringComparison.Ordinal);
    }

    private static IHost Host(params (string Key, string Value)[] settings) =>
        Host(settings, new NoLanguageModel(new ModelCreation.Unavailable("none in this test")));

    private static IHost Host((string Key, string Value)[] settings, ILanguageModelFactory llama)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddPrompts();
        builder.AddModels();
        builder.Services.AddSingleton<IModelLimits>(new ScriptedLimits());
        // The later registration of a type wins.
        builder.Services.AddSingleton(llama);
        return builder.Build();
    }

    private sealed class NoLanguageModel(ModelCreation creation) : ILanguageModelFactory
    {
        public string Type => "llama";

        public Task<ModelCreation> CreateAsync(ModelEntry entry, CancellationToken cancellationToken) => Task.FromResult(creation);
    }
}
