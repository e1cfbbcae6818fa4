using BotHub.Models;
using Microsoft.Extensions.Configuration;

namespace BotHub.Tests.Models.Routing;

/// <summary>Routes as they are written down.</summary>
public sealed class RouteEntryTests
{
    [Fact]
    public void A_route_of_routes_is_each_of_their_models_once()
    {
        var options = Read(
            ("Default", "all"), ("all:Type", "route"), ("all:Models", "near, far,echo"), ("near:Type", "route"), ("near:Models:0", "local"), ("near:Models:1", "ELIZA"),
            ("far:Type", "route"), ("far:Models", "eliza,echo"), ("far:Continue", "false"), ("far:Overflow:QueueTime", "00:00:15"), ("far:Overflow:CostPerDay", "2.50"));
        Assert.Empty(options.Errors);
        Assert.Equal(["local", "eliza", "echo"], options.Chains["all"]);
        var far = Assert.IsType<RouteEntry>(options.Entries["far"]);
        Assert.Equal((false, TimeSpan.FromSeconds(15), 2.50m), (far.Continue, far.QueueTime, far.CostPerDay));
        var near = Assert.IsType<RouteEntry>(options.Entries["near"]);
        Assert.Equal((true, null, null), (near.Continue, near.QueueTime, near.CostPerDay));
        // Named by a route, "local" needs no section.
        Assert.IsType<LlamaEntry>(options.Entries["local"]);
    }

    [Fact]
    public void Circles_unknown_names_and_empty_lists_are_told_together()
    {
        var options = Read(
            ("Default", "eliza"), ("a:Type", "route"), ("a:Models", "b"), ("b:Type", "route"), ("b:Models", "c,echo"), ("c:Type", "route"), ("c:Models", "a"),
            ("me:Type", "route"), ("me:Models", "me"), ("none:Type", "route"), ("lost:Type", "route"), ("lost:Models", "echo,gpt"),
            ("odd:Type", "route"), ("odd:Models", "echo"), ("odd:Overflow:Queue", "1"), ("odd:Overflow:CostPerDay", "-1"), ("odd:Retries", "3"));
        string[] told =
        [
            "Models:a:Models leads back to itself (a → b → c → a)", "Models:b:Models leads back to itself (b → c → a → b)", "Models:c:Models leads back to itself (c → a → b → c)",
            "Models:me:Models leads back to itself (me → me)", "Models:none:Models = '' is missing", "Models:lost:Models names 'gpt', and there is no such model",
            "Models:odd:Overflow:Queue is not known", "Models:odd:Overflow:CostPerDay = '-1' must be a number", "Models:odd:Retries is not known",
        ];
        Assert.All(told, error => Assert.Single(options.Errors, e => e.StartsWith(error, StringComparison.Ordinal)));
        Assert.Equal(told.Length, options.Errors.Count);
    }

    private static ModelsOptions Read(params (string Key, string Value)[] settings)
    {
        var options = new ModelsOptions();
        options.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Models:{s.Key}", (string?)s.Value))).Build().GetSection("Models"));
        return options;
    }
}
