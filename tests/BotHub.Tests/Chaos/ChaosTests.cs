using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

/// <summary>These tests load both cores and measure by what arrives, so they run one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChaosCollection
{
    public const string Name = "chaos";
}

/// <summary>What every chaos test needs: hubs, a client, a seed, one deadline, and the logs when it fails.</summary>
[Collection(ChaosCollection.Name)]
public abstract class ChaosTests : IAsyncLifetime
{
    /// <summary>Set it to repeat the choices of an earlier run; the moments still differ.</summary>
    private const string SeedVariable = "BOTHUB_CHAOS_SEED";

    private readonly List<ServerProcess> _servers = [];
    private readonly List<IAsyncDisposable> _others = [];
    private readonly CancellationTokenSource _deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    protected int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var seed) ? seed : Environment.TickCount & 0xFFFF;

    /// <summary>The longest a test may take.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(120);

    /// <summary>Ends every wait of the test.</summary>
    protected CancellationToken Deadline => _deadline.Token;

    protected static void Tell(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);

    public ValueTask InitializeAsync()
    {
        _deadline.CancelAfter(Patience);
        Tell($"{SeedVariable}={Seed}");
        return default;
    }

    protected async Task<RedisServer> StartRedisAsync()
    {
        var redis = await RedisServer.StartOrSkipAsync(Deadline);
        _servers.Add(redis);
        return redis;
    }

    /// <summary>Starts hubs side by side.</summary>
    /// <param name="speed">The echo's characters a second.</param>
    protected async Task<List<HubProcess>> StartHubsAsync(int count, RedisServer? redis, int speed, params (string Key, string Value)[] more)
    {
        var settings = more.ToDictionary(m => m.Key, m => m.Value);
        settings["Models__echo__CharactersPerSecond"] = $"{speed}";
        settings.TryAdd("Pipeline__Lease", "00:00:01");
        settings.TryAdd("Pipeline__Sweep", "00:00:00.3");
        if (redis is not null) settings["ConnectionStrings__Redis"] = redis.ConnectionString;
        var hubs = Enumerable.Range(0, count).Select(_ => new HubProcess(settings)).ToList();
        _servers.AddRange(hubs);
        await Task.WhenAll(hubs.Select(h => h.StartAsync(Deadline)));
        return hubs;
    }

    protected HubClient ClientOf(IEnumerable<HubProcess> hubs)
    {
        var client = new HubClient([.. hubs.Select(h => h.Address)], Seed);
        _others.Add(new Disposal(client));
        return client;
    }

    protected async Task<Follower> FollowAsync(HubConversation conversation, Func<Uri>? replica = null, long? after = null, int restless = 0)
    {
        var follower = new Follower(conversation, replica, after, restless);
        _others.Add(follower);
        await follower.Connected.WaitAsync(Deadline);
        return follower;
    }

    /// <summary>No hub may have met anything it did not expect, whatever was done to it.</summary>
    protected static void AssertQuiet(IEnumerable<HubProcess> hubs)
    {
        foreach (var hub in hubs) Assert.True(hub.Errors.Count == 0, $"{hub.Name} logged errors:\n{string.Join('\n', hub.Errors.Take(10))}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others) await other.DisposeAsync();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            foreach (var server in _servers) Tell(server.Log);
        foreach (var server in _servers) await server.DisposeAsync();
        _deadline.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class Disposal(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return default;
        }
    }
}
