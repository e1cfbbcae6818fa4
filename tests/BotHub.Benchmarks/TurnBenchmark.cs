using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using BotHub.Models;
using BotHub.Prompts;
using BotHub.Storage;
using BotHub.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BotHub.Benchmarks;

/// <summary>
/// What the pipeline costs by itself: messages from a channel that shows nothing, answered by the echo, over a redis-server and over
/// the embedded store, in closed loops that never have two messages of one conversation under way. The processor time of a message is
/// the figure to quote. Arguments: --messages N (20000), --conversations N (1000), --in-flight N (32), --rounds N (3), --store redis|garnet.
/// </summary>
public static class TurnBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (messages, conversations, inFlight, rounds) = (Arguments.Number(args, "--messages", 20_000), Arguments.Number(args, "--conversations", 1000), Arguments.Number(args, "--in-flight", 32), Arguments.Number(args, "--rounds", 3));
        var only = Arguments.Text(args, "--store");
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        var redis = only == "garnet" ? null : RedisProcess.Start(directory.FullName);
        List<Measured> stores = [];
        try
        {
            if (redis is not null) stores.Add(await StartAsync("redis", "ConnectionStrings:Redis", redis.Address));
            if (only != "redis") stores.Add(await StartAsync("garnet", "Storage:Directory", Path.Combine(directory.FullName, "data")));
            Console.WriteLine($"{conversations} conversations, {inFlight} messages under way, {messages} messages a round, {rounds} rounds after one to warm up, {Environment.ProcessorCount} cores");
            Console.WriteLine($"{"round",5} {"store",-8} {"messages/s",11} {"CPU us",8} {"redis us",9} {"GC us",7} {"KB",7} {"calls",7} {"p50 ms",8} {"p99 ms",8} {"foreign cores",14}");
            for (var round = 0; round <= rounds; round++)
                foreach (var store in stores)
                    Console.WriteLine(await MeasureAsync(store, store.Name == "redis" ? redis : null, round, messages, conversations, inFlight));
            foreach (var store in stores) store.Print();
            return 0;
        }
        finally
        {
            foreach (var store in stores)
            {
                await store.Host.StopAsync();
                store.Host.Dispose();
            }

            redis?.Dispose();
            directory.Delete(recursive: true);
        }
    }

    private static async Task<string> MeasureAsync(Measured measured, RedisProcess? redis, int round, int messages, int conversations, int inFlight)
    {
        var (inbox, channel) = (measured.Host.Services.GetRequiredService<Inbox>(), measured.Channel);
        var connection = measured.Host.Services.GetRequiredService<StoreConnection>().Multiplexer;
        var latencies = new double[messages];
        var next = -1;
        GC.Collect();
        var (cpu, store, machine, calls, bytes, pauses, start) = (ProcessorTime.Own, redis?.CpuSeconds ?? 0, ProcessorTime.Machine(), connection.OperationCount, GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async loop =>
        {
            var chats = Enumerable.Range(0, conversations).Where(c => c % inFlight == loop).Select(c => ConversationId.Of(SilentChannel.ChannelId, "bot", $"c{c}")).ToArray();
            for (var turn = 0; Interlocked.Increment(ref next) is var n && n < messages; turn++)
            {
                var sent = Stopwatch.GetTimestamp();
                var chat = chats[turn % chats.Length];
                var answered = channel.Expect(chat);
                var message = new InboundMessage($"{round}-{n}", chat, "bot", new Sender("1000", "Ada", "en"), "What would you answer to a question of an ordinary length like this one?", DateTimeOffset.UnixEpoch) { PlatformId = $"{round}-{n}" };
                if ((await inbox.AcceptAsync(message, CancellationToken.None)).Outcome != AcceptOutcome.Accepted) throw new InvalidOperationException("A message was not taken.");
                await answered;
                latencies[n] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (own, server, paused) = (ProcessorTime.Own - cpu, (redis?.CpuSeconds ?? 0) - store, (GC.GetTotalPauseDuration() - pauses).TotalMicroseconds / messages);
        Array.Sort(latencies);
        var figures = new Figures(
            messages / seconds, own / messages * 1e6, server / messages * 1e6, (GC.GetTotalAllocatedBytes() - bytes) / 1024.0 / messages, (connection.OperationCount - calls) / (double)messages);
        if (round > 0) measured.Rounds.Add(figures);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(round == 0 ? "warm" : round),5} {measured.Name,-8} {figures.Rate,11:0} {figures.Cpu,8:0.0} {figures.StoreCpu,9:0.0} {paused,7:0.0} {figures.Kilobytes,7:0.0} {figures.Calls,7:0.00} {latencies[messages / 2],8:0.00} {latencies[messages * 99 / 100],8:0.00} {(ProcessorTime.Machine() - machine - own - server) / seconds,14:0.00}");
    }

    private static async Task<Measured> StartAsync(string name, string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        (builder.Configuration[key], builder.Configuration["Context:MaxMessages"]) = (value, "10");
        (builder.Configuration["Models:Default"], builder.Configuration["Models:echo:Type"]) = ("echo", "echo");
        builder.AddStorage();
        builder.AddPrompts();
        builder.AddModels();
        builder.AddUsage();
        builder.AddPipeline();
        var channel = new SilentChannel();
        builder.Services.AddSingleton<IChannel>(channel);
        var host = builder.Build();
        await host.StartAsync();
        return new Measured(name, host, channel);
    }

    /// <param name="Cpu">Of this process, in microseconds a message; the embedded store is part of it.</param>
    /// <param name="StoreCpu">Of redis-server.</param>
    /// <param name="Kilobytes">Allocated a message.</param>
    /// <param name="Calls">To the store a message.</param>
    private readonly record struct Figures(double Rate, double Cpu, double StoreCpu, double Kilobytes, double Calls);

    private sealed record Measured(string Name, IHost Host, SilentChannel Channel)
    {
        public List<Figures> Rounds { get; } = [];

        public void Print() => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}: {Median(f => f.Cpu):0.0} us a message, of redis-server {Median(f => f.StoreCpu):0.0} us; {Median(f => f.Rate):0} messages/s, {Median(f => f.Calls):0.00} calls (medians)"));

        private double Median(Func<Figures, double> figure) => Rounds.Select(figure).Order().ElementAt(Rounds.Count / 2);
    }

    /// <summary>Shows nothing, and tells whoever asked that the answer was delivered.</summary>
    private sealed class SilentChannel : IChannel
    {
        public const string ChannelId = "silent";

        private readonly ConcurrentDictionary<ConversationId, TaskCompletionSource> _waiting = new();

        public string Id => ChannelId;

        public Task Expect(ConversationId conversation)
        {
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[conversation] = source;
            return source.Task;
        }

        public IReplySurface Open(ReplyLease lease) => new Surface(this, lease.Conversation);

        private sealed class Surface(SilentChannel channel, ConversationId conversation) : IReplySurface
        {
            public ValueTask StartAsync(Turn turn) => default;

            public ValueTask ShowAsync(ReplyPart part) => default;

            public ValueTask<Delivery> DeliverAsync(OutboxEntry entry, DeliveryState state)
            {
                if (channel._waiting.TryRemove(conversation, out var waiting)) waiting.SetResult();
                return new(new Delivery(Fence.Held, ["1"]));
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
