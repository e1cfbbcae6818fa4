using BotHub.Core.Models;
using BotHub.FakeOpenAI;
using BotHub.FakeOpenAI.Faults;
using BotHub.FakeOpenAI.Limits;
using BotHub.Storage;
using BotHub.Tests.Chaos;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Tests.Models.Limits;

/// <summary>Several whole hubs over one Redis, in front of a provider that enforces what it allows.</summary>
public sealed class SharedLimitsTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(3);

    private readonly List<IAsyncDisposable> _toEnd = [];
    private FakeOpenAIServer _provider = null!;
    private RedisServer _redis = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartOrSkipAsync(Cancel);
        _toEnd.Add(_redis);
        _provider = await FakeOpenAIServer.StartAsync(cancel: Cancel);
        _toEnd.Add(_provider);
    }

    [Theory]
    [InlineData(18, 0, 0)]
    [InlineData(0, 9000, 0)]
    [InlineData(0, 0, 3)]
    [InlineData(24, 14000, 4)]
    public async Task Many_turns_on_two_hubs_are_all_answered_and_the_provider_never_has_to_refuse_one(int requests, int tokens, int places)
    {
        _provider.Limits.Limits = new FakeLimits(requests, tokens, places, Minute);
        TestHub[] hubs = [Hub(requests, tokens, places), Hub(requests, tokens, places)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => (await (await hubs[i % 2].VisitAsync()).AskAsync($"question {i}")).Text));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"You said: question {i}"), answers);
        Assert.Equal((40, 0), (_provider.Limits.Admitted, _provider.Limits.Refused));
        if (places > 0) Assert.InRange(_provider.Limits.MostAtOnce, 1, places);
    }

    [Fact]
    public async Task What_the_provider_tells_one_hub_the_other_obeys()
    {
        (string, string)[] brief = [("Retries", "0"), ("LimitWait", "00:00:30")];
        TestHub[] hubs = [Hub(0, 0, 0, brief), Hub(0, 0, 0, brief)];
        TestVisitor[] visitors = [await hubs[0].VisitAsync(), await hubs[1].VisitAsync()];
        _provider.Faults.Add(new Fault(FaultKind.Status) { Status = 429, RetryAfter = 250 });

        Assert.Equal("failed", (await visitors[0].AskAsync("one")).State);
        Assert.Single(_provider.Requests);

        // The message to the other hub takes a moment; after it nobody calls.
        while (hubs[1].Services.GetRequiredService<IModelLimits>().HeldBack("cloud") == TimeSpan.Zero) await Task.Delay(10, Cancel);
        foreach (var visitor in visitors) Assert.Equal((Core.Pipeline.Texts.Busy, "failed"), (await visitor.AskAsync("two")) is var a ? (a.Text, a.State) : default);
        Assert.Single(_provider.Requests);
    }

    [Fact]
    public async Task A_turn_that_waits_for_its_place_is_told_so_and_can_be_stopped()
    {
        var hub = Hub(0, 0, 1, ("TokenTimeout", "00:10:00"));
        TestVisitor holder = await hub.VisitAsync(), waiter = await hub.VisitAsync();
        _provider.Faults.Add(new Fault(FaultKind.Stall) { AfterChunks = 1 });
        await using var held = await holder.FollowAsync();
        using var posted = await holder.PostAsync("hold it");
        await held.NextAsync("TEXT_MESSAGE_CONTENT");
        await using var events = await waiter.FollowAsync();
        using var second = await waiter.PostAsync("me too");

        // Told after a few seconds.
        while (true)
        {
            var e = await events.NextAsync();
            if (e.GetProperty("type").GetString() == "CUSTOM" && e.GetRawText().Contains("queue", StringComparison.Ordinal)) break;
        }

        using var stop = await waiter.Http.PostAsync($"{waiter.Base}/stop", null, Cancel);
        stop.EnsureSuccessStatusCode();
        await events.NextAsync("RUN_FINISHED", "RUN_ERROR");
        Assert.Equal("stopped", (await waiter.MessagesAsync())[^1].State);
        Assert.Single(_provider.Requests);
    }

    [Fact]
    public async Task The_place_of_a_hub_that_was_killed_comes_free()
    {
        await using var first = new HubProcess(Settings(places: 1).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value));
        await first.StartAsync(Cancel);
        _provider.Faults.Add(new Fault(FaultKind.Stall) { AfterChunks = 1 });
        using var client = new Client.HubClient([first.Address], 1);
        var conversation = await client.OpenAsync(Cancel);
        await conversation.PostAsync("m1", "hold it", Cancel);
        while (_provider.Limits.Admitted == 0) await Task.Delay(20, Cancel);
        await first.KillAsync();

        var hub = Hub(0, 0, 1);
        var answer = await (await hub.VisitAsync()).AskAsync("still there?");

        Assert.Equal("You said: still there?", answer.Text);
        // The turn of the killed hub is answered too: by the one that lives.
        while (_provider.Requests.Count(r => r.LastText == "hold it") < 2) await Task.Delay(50, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _toEnd.Count - 1; i >= 0; i--) await _toEnd[i].DisposeAsync();
    }

    private IEnumerable<(string Key, string Value)> Settings(int requests = 0, int tokens = 0, int places = 0) =>
    [
        ("ConnectionStrings:Redis", _redis.ConnectionString),
        ("Models:Default", "cloud"),
        ("Models:cloud:Type", "openai-compatible"),
        ("Models:cloud:BaseUrl", _provider.V1Url.ToString()),
        ("Models:cloud:Model", "gpt-4o"),
        ("Models:cloud:Key", _provider.Options.Key),
        ("Models:cloud:MaxTokens", "500"),
        ("Models:cloud:RequestsPerMinute", $"{requests}"),
        ("Models:cloud:TokensPerMinute", $"{tokens}"),
        ("Models:cloud:Concurrency", $"{places}"),
        ("Models:cloud:LimitWait", "00:10:00"),
    ];

    private TestHub Hub(int requests, int tokens, int places, params (string Key, string Value)[] more)
    {
        var settings = Settings(requests, tokens, places).ToDictionary(s => s.Key, s => s.Value);
        foreach (var (key, value) in more) settings[$"Models:cloud:{key}"] = value;
        var hub = new TestHub([.. settings.Select(s => (s.Key, s.Value))])
        {
            ConfiguredModels = true,
            Replace = services => services.AddSingleton(provider => new RedisModelLimits(
                provider.GetRequiredService<StoreConnection>(), TimeProvider.System, NullLogger<RedisModelLimits>.Instance) { Minute = Minute }),
        };
        _toEnd.Add(hub);
        return hub;
    }
}
