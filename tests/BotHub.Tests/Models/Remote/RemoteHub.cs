using BotHub.FakeOpenAI;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Remote;

/// <summary>A whole hub whose model is a fake provider's, with little patience.</summary>
public sealed class RemoteHub : IAsyncDisposable
{
    public const string Deployment = "gpt-4o";

    private RemoteHub(FakeOpenAIServer provider, TestHub hub) => (Provider, Hub) = (provider, hub);

    public FakeOpenAIServer Provider { get; }

    public TestHub Hub { get; }

    public static Task<RemoteHub> StartAsync(params (string Key, string Value)[] model) => StartAsync(null, model);

    /// <param name="replace">Changes what the host is made of.</param>
    public static async Task<RemoteHub> StartAsync(Action<IServiceCollection>? replace, params (string Key, string Value)[] model)
    {
        var provider = await FakeOpenAIServer.StartAsync();
        Dictionary<string, string> settings = new()
        {
            ["Type"] = "azure-openai",
            ["Endpoint"] = provider.Url.ToString(),
            ["Deployment"] = Deployment,
            ["Key"] = provider.Options.Key,
            ["Retries"] = "2",
            ["RetryDelay"] = "00:00:00.010",
            ["MaxRetryDelay"] = "00:00:02",
            ["FirstTokenTimeout"] = "00:00:02",
            ["TokenTimeout"] = "00:00:01",
        };
        foreach (var (key, value) in model) settings[key] = value;
        if (settings["Type"] == "openai-compatible")
        {
            settings.Remove("Endpoint");
            settings.Remove("Deployment");
            settings.TryAdd("BaseUrl", provider.V1Url.ToString());
            settings.TryAdd("Model", Deployment);
        }

        var hub = new TestHub([("Models:Default", "cloud"), .. settings.Select(s => ($"Models:cloud:{s.Key}", s.Value))]) { ConfiguredModels = true, Replace = replace };
        return new RemoteHub(provider, hub);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
