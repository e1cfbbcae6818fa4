using BotHub.FakeOpenAI;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Routing;

/// <summary>A whole hub whose default is a route over two fake providers, <c>first</c> and <c>second</c>, neither of which is tried twice.</summary>
public sealed class RouteHub : IAsyncDisposable
{
    private RouteHub(FakeOpenAIServer first, FakeOpenAIServer second, TestHub hub) => (First, Second, Hub) = (first, second, hub);

    public FakeOpenAIServer First { get; }

    public FakeOpenAIServer Second { get; }

    public TestHub Hub { get; }

    /// <param name="settings">Of the hub; they overrule what stands here.</param>
    public static Task<RouteHub> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    public static async Task<RouteHub> StartAsync(Action<IServiceCollection>? replace, params (string Key, string Value)[] settings)
    {
        var (first, second) = (await FakeOpenAIServer.StartAsync(), await FakeOpenAIServer.StartAsync());
        Dictionary<string, string> all = new()
        {
            ["Models:Default"] = "smart",
            ["Models:smart:Type"] = "route",
            ["Models:smart:Models"] = "first, second",
            ["Pipeline:BreakerFailures"] = "1000",
        };
        foreach (var (name, provider) in new[] { ("first", first), ("second", second) })
        {
            all[$"Models:{name}:Type"] = "azure-openai";
            all[$"Models:{name}:Endpoint"] = provider.Url.ToString();
            all[$"Models:{name}:Deployment"] = "gpt-4o";
            all[$"Models:{name}:Key"] = provider.Options.Key;
            all[$"Models:{name}:Retries"] = "0";
            all[$"Models:{name}:FirstTokenTimeout"] = "00:00:02";
            all[$"Models:{name}:TokenTimeout"] = "00:00:01";
        }

        foreach (var (key, value) in settings) all[key] = value;
        return new RouteHub(first, second, new TestHub([.. all.Select(s => (s.Key, s.Value))]) { ConfiguredModels = true, Replace = replace });
    }

    /// <summary>Both answer the same; asked to go on, with what is missing of it, from the words they were told to begin with.</summary>
    public void AnswerAlike(string whole)
    {
        foreach (var provider in (FakeOpenAIServer[])[First, Second])
            provider.Answer = request => Rest(whole, request.LastText);
    }

    private static string Rest(string whole, string asked)
    {
        if (!asked.StartsWith("Your answer above was cut off", StringComparison.Ordinal)) return whole;
        var anchor = asked.Split('\n')[1].TrimEnd('\r');
        return whole[whole.IndexOf(anchor, StringComparison.Ordinal)..];
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }
}
