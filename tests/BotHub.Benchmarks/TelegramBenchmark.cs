using System.Diagnostics;
using System.Globalization;
using BotHub.FakeTelegram;

namespace BotHub.Benchmarks;

/// <summary>
/// Telegram end to end: a person's message leaves the fake Telegram for the bot's webhook, the answer arrives by sendMessage. The hub
/// (durable mailbox, history in Redis, echo) beside a grammY bot that keeps ten messages in the same redis-server; both against the same
/// fake, which runs in this process without limits. Closed loops over many chats, never two updates of a chat under way; rounds
/// alternate, and the ratio of each pair is taken by itself. Every update must have been answered once.
/// Arguments: --users N (1000), --connections N (32), --updates N (20000, a round), --warm-up N (60000, before the first), --rounds N (3), --only hub|grammy, --hub BotHub.dll.
/// Needs node, redis-server, and <c>npm ci</c> in tests/BotHub.Benchmarks/peers.
/// </summary>
public static class TelegramBenchmark
{
    private const double Quiet = 0.1;

    public static async Task<int> RunAsync(string[] args)
    {
        var (users, connections, rounds) = (Arguments.Number(args, "--users", 1000), Arguments.Number(args, "--connections", 32), Arguments.Number(args, "--rounds", 3));
        var (updates, warmUp) = (Arguments.Number(args, "--updates", 20_000), Arguments.Number(args, "--warm-up", 60_000));
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        if (RedisProcess.Start(directory.FullName) is not { } redis) return 1;
        List<TelegramPeer> peers = [];
        try
        {
            await using var telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off, KeptMessages = 4, KeptCalls = 1, Play = false });
            if (Arguments.Text(args, "--only") is not "grammy") peers.Add(await TelegramPeer.HubAsync(telegram, redis, users, directory.FullName, Arguments.Text(args, "--hub")));
            if (Arguments.Text(args, "--only") is not "hub") peers.Add(await TelegramPeer.GrammyAsync(telegram, redis, users));
            Console.WriteLine($"{users} chats, {connections} updates under way, {updates} updates a round after {warmUp} to warm up, {Environment.ProcessorCount} cores for bot, redis-server and fake Telegram together");
            Console.WriteLine($"{"round",5} {"bot",-8} {"updates/s",10} {"p50 ms",8} {"p99 ms",8} {"bot us",8} {"redis us",9} {"fake us",8} {"bot MB",7} {"foreign cores",14}");
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var peer in peers)
                {
                    // By count and not by time: what a busy machine slows down is compiled late too.
                    await MeasureAsync(telegram, redis, peer, connections, round == 1 ? warmUp : updates / 5);
                    peer.Rounds.Add(await MeasureAsync(telegram, redis, peer, connections, updates));
                    Console.WriteLine(peer.Rounds[^1].Line(round, peer.Name));
                }
            }

            Summarize(peers);
            return 0;
        }
        finally
        {
            foreach (var peer in peers) await peer.DisposeAsync();
            redis.Dispose();
            directory.Delete(recursive: true);
        }
    }

    private static void Summarize(List<TelegramPeer> peers)
    {
        foreach (var peer in peers)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer.Name}: {Median(peer.Rounds.Select(r => r.Rate)):0} updates/s, p99 {Median(peer.Rounds.Select(r => r.P99)):0.0} ms, {Median(peer.Rounds.Select(r => r.BotCpu)):0} us of the bot an update (medians of {peer.Rounds.Count})"));
        if (peers is not [var hub, var other]) return;
        var ratios = hub.Rounds.Zip(other.Rounds, (ours, theirs) => ours.Rate / theirs.Rate).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hub.Name} does {Median(ratios):0.00} times {other.Name}'s updates a second ({ratios[0]:0.00} to {ratios[^1]:0.00}), with {Median(hub.Rounds.Zip(other.Rounds, (a, b) => a.P99 / b.P99)):0.00} of its p99"));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static async Task<TelegramRound> MeasureAsync(FakeTelegramServer telegram, RedisProcess redis, TelegramPeer peer, int connections, int updates)
    {
        var latencies = new List<double>[connections];
        var left = updates;
        var before = telegram.Calls.Of("sendMessage");
        var (bot, store, own, machine, start) = (peer.CpuSeconds, redis.CpuSeconds, ProcessorTime.Own, ProcessorTime.Machine(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async loop =>
        {
            var mine = latencies[loop] = [];
            var chats = peer.Chats.Where((_, i) => i % connections == loop).ToArray();
            for (var turn = 0; Interlocked.Decrement(ref left) >= 0; turn++)
            {
                var (chat, text) = (chats[turn % chats.Length], $"What would you answer to question {peer.NextQuestion()} of an ordinary length?");
                var sent = Stopwatch.GetTimestamp();
                chat.Say(text);
                await telegram.WaitForAsync(() => chat.LastBotMessage is { } answer && answer.Text == text ? answer : null, what: $"the answer of {peer.Name}", about: chat);
                mine.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (botCpu, redisCpu, ownCpu, all) = (peer.CpuSeconds - bot, redis.CpuSeconds - store, ProcessorTime.Own - own, ProcessorTime.Machine() - machine);
        double[] sorted = [.. latencies.SelectMany(l => l).Order()];
        // Late second answers would come now.
        await Task.Delay(200);
        if (telegram.Calls.Of("sendMessage") - before != sorted.Length) throw new InvalidOperationException($"{peer.Name} sent {telegram.Calls.Of("sendMessage") - before} answers to {sorted.Length} updates.");
        var count = sorted.Length;
        return new TelegramRound(
            count / elapsed, sorted[count / 2], sorted[count * 99 / 100], botCpu / count * 1e6, redisCpu / count * 1e6, ownCpu / count * 1e6,
            peer.Megabytes, (all - botCpu - redisCpu - ownCpu) / elapsed);
    }

    /// <param name="BotCpu">Microseconds an update, as the two behind it.</param>
    /// <param name="Foreign">Cores that other processes kept busy meanwhile.</param>
    internal sealed record TelegramRound(double Rate, double P50, double P99, double BotCpu, double RedisCpu, double FakeCpu, double Megabytes, double? Foreign)
    {
        public string Line(int round, string name) => string.Create(
            CultureInfo.InvariantCulture,
            $"{round,5} {name,-8} {Rate,10:0} {P50,8:0.00} {P99,8:0.00} {BotCpu,8:0.0} {RedisCpu,9:0.0} {FakeCpu,8:0.0} {Megabytes,7:0} {Foreign,14:0.00}{(Foreign > Quiet ? "  noisy: not to be quoted" : "")}");
    }
}
