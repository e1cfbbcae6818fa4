using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BotHub.Core.Conversations;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BotHub.Benchmarks;

/// <summary>
/// What the mailbox costs: whole turns (accept, claim, commit, receipt) beside as many bare scripts, on the embedded store and on
/// redis-server where there is one. Rounds alternate between the measured things, so that a busy machine hits all of them alike:
/// compare the ratios, not the absolute figures.
/// </summary>
public static class StoreBenchmark
{
    private const int Conversations = 1000, Concurrency = 64;

    // One durable write of the size of a message: the least that any step costs.
    private static readonly StoreScript Bare = new("redis.call('HSET', KEYS[1], 'n', ARGV[1]) return 1");

    /// <summary>Arguments: rounds (default 3), messages per round (default 4000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        var messages = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 4000;
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        using var redis = StartRedis(directory.FullName, out var port);
        var stores = new List<Measured> { new("garnet, embedded, durable", await StartAsync("Storage:Directory", Path.Combine(directory.FullName, "data"))) };
        if (redis is not null) stores.Add(new Measured("redis, appendfsync everysec", await StartAsync("ConnectionStrings:Redis", $"127.0.0.1:{port}")));
        try
        {
            foreach (var store in stores) await MeasureAsync(store, messages, round: -1);
            for (var round = 0; round < rounds; round++)
                foreach (var store in stores) await MeasureAsync(store, messages, round);
            foreach (var store in stores) store.Print();
        }
        finally
        {
            foreach (var store in stores) await store.Host.StopAsync();
            foreach (var store in stores) store.Host.Dispose();
            if (redis is not null)
            {
                redis.Kill();
                await redis.WaitForExitAsync();
            }

            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task MeasureAsync(Measured measured, int messages, int round)
    {
        var services = measured.Host.Services;
        var (connection, server, store) = (services.GetRequiredService<StoreConnection>(), services.GetRequiredService<IStoreServer>(), services.GetRequiredService<IConversationStore>());
        var body = new string('x', 200);
        var bare = await TimeAsync(messages, async n =>
        {
            await connection.RunAsync(Bare, [$"bh:bench:{n % Conversations}"], [body], CancellationToken.None);
            await server.DurableAsync();
        });
        var turns = await TimeAsync(messages, n => TurnAsync(store, n, $"{round}-{n}", body));
        if (round >= 0) measured.Rounds.Add((bare, turns));
    }

    private static async Task TurnAsync(IConversationStore store, int n, string id, string body)
    {
        var c = ConversationId.Of("bench", "bot", $"c{n % Conversations}");
        await store.AcceptAsync(new InboundMessage(id, c, "bot", new Sender("u"), body, default), TimeSpan.Zero, CancellationToken.None);
        if (await store.ClaimAsync(c, "bench", TimeSpan.FromSeconds(30), CancellationToken.None) is not { } claim) return;
        var mail = claim.Mail[0];
        var turn = $"t{mail.Sequence}";
        var answer = new ChatEntry("a" + id, MessageRole.Assistant, body, default, MessageState.Done, turn);
        var asked = new ChatEntry("u" + id, MessageRole.User, body, default, MessageState.Done, turn);
        var commit = new TurnCommit(mail.Sequence, 1, turn, [asked, answer], new OutboundReply(answer, null, null), null);
        await store.CommitAsync(claim.Lease, commit, CancellationToken.None);
        // One message a turn and one reply a turn: both are counted alike.
        await store.ReceiptAsync(claim.Lease, new Receipt(mail.Sequence, $"t{mail.Sequence}", ["p"]), true, CancellationToken.None);
    }

    /// <summary>Runs it for every number, <see cref="Concurrency"/> at a time; returns runs per second.</summary>
    private static async Task<double> TimeAsync(int count, Func<int, Task> run)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(async _ =>
        {
            int n;
            while ((n = Interlocked.Increment(ref next)) < count) await run(n);
        }));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<IHost> StartAsync(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration[key] = value;
        builder.AddStorage();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static Process? StartRedis(string directory, out int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        try
        {
            return Process.Start(new ProcessStartInfo("redis-server", $"--port {port} --bind 127.0.0.1 --save \"\" --appendonly yes --loglevel warning") { WorkingDirectory = directory, RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("redis-server is not on the PATH: measuring the embedded store only.");
            return null;
        }
    }

    private sealed record Measured(string Name, IHost Host)
    {
        public List<(double Bare, double Turns)> Rounds { get; } = [];

        public void Print()
        {
            Console.WriteLine(Name);
            foreach (var (bare, turns) in Rounds)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  bare scripts {bare,8:N0}/s   whole turns {turns,8:N0}/s   one turn costs {bare / turns:N1} bare scripts"));
        }
    }
}
