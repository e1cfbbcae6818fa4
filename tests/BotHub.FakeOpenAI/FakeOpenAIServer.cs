using System.Collections.Concurrent;
using System.Text.Json;
using BotHub.FakeOpenAI.Protocol;

namespace BotHub.FakeOpenAI;

/// <summary>
/// A model provider of its own on the loopback interface, with three addresses: an Azure OpenAI resource, its <c>/openai/v1</c>, and
/// OpenAI's <c>/v1</c>. It answers by a rule, not by a model.
/// </summary>
public sealed class FakeOpenAIServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, FakeDeployment> _deployments = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<FakeRequest> _requests = new();
    private readonly Lock _gate = new();
    private WebApplication? _app;

    private FakeOpenAIServer(FakeOpenAIOptions options) => (Options, Limits) = (options, new(options.Time) { Limits = options.Limits });

    public FakeOpenAIOptions Options { get; }

    /// <summary>The address of the Azure resource.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The address that an OpenAI client is given.</summary>
    public Uri V1Url => new(Url, "/v1");

    /// <summary>Azure's newer address.</summary>
    public Uri AzureV1Url => new(Url, "/openai/v1");

    /// <summary>What goes wrong on purpose.</summary>
    public Faults.FaultPlan Faults { get; } = new();

    /// <summary>What it allows, and what came of it.</summary>
    public Limits.ProviderLimits Limits { get; }

    /// <summary>The answer to a request; by default it repeats the last message.</summary>
    public Func<FakeRequest, string> Answer { get; set; } = request => $"You said: {request.LastText}";

    /// <summary>Every request that was understood as JSON, oldest first.</summary>
    public IReadOnlyList<FakeRequest> Requests
    {
        get { lock (_gate) return [.. _requests]; }
    }

    public static async Task<FakeOpenAIServer> StartAsync(FakeOpenAIOptions? options = null, CancellationToken cancel = default)
    {
        var server = new FakeOpenAIServer(options ?? new());
        server.Deploy(new("gpt-4o", "gpt-4o-2024-08-06"));
        server.Deploy(new("o3", "o3-2025-04-16", FakeFamily.Reasoning, "Let me think about it."));
        server.Deploy(new("o1-mini", "o1-mini-2024-09-12", FakeFamily.EarlyReasoning, "Hm."));
        server.Deploy(new("open-thinker", "open-thinker", FakeFamily.Chat, "First I think.", "reasoning_content"));
        server.Deploy(new("local-thinker", "local-thinker", FakeFamily.Chat, "First I think.", "reasoning"));
        server._app = ApiFront.Build(server);
        await server._app.StartAsync(cancel).ConfigureAwait(false);
        server.Url = new(server._app.Urls.First());
        return server;
    }

    public void Deploy(FakeDeployment deployment) => _deployments[deployment.Name] = deployment;

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        if (_app is null) return;
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    internal FakeDeployment? Find(string name) => _deployments.GetValueOrDefault(name);

    internal IEnumerable<string> Names => _deployments.Keys;

    internal void Note(FakeRequest request)
    {
        lock (_gate)
        {
            _requests.Enqueue(request);
            while (_requests.Count > Options.KeptRequests) _requests.Dequeue();
        }
    }
}

/// <summary>A request as it came.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Target">The deployment or model that it names.</param>
public sealed record FakeRequest(string Path, string Target, IReadOnlyDictionary<string, string> Headers, JsonElement Body)
{
    /// <summary>The roles in their order.</summary>
    public IReadOnlyList<string> Roles => [.. Body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString()!)];

    /// <summary>The text of the last message.</summary>
    public string LastText
    {
        get
        {
            var content = Body.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
            return content.ValueKind == JsonValueKind.String
                ? content.GetString()!
                : string.Concat(content.EnumerateArray().Where(p => p.TryGetProperty("text", out _)).Select(p => p.GetProperty("text").GetString()));
        }
    }
}
