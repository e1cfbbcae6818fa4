using System.Diagnostics;
using BotHub.FakeTelegram;

namespace BotHub.Benchmarks;

/// <summary>
/// Telegram end to end: a person's message leaves the fake Telegram for the bot's webhook, the answer arrives by sendMessage. The hub
/// (durable mailbox, history in Redis, echo) beside a grammY bot that keeps ten messages in the same redis-server; both against the same
/// fake, which runs in this process without limits and shares the cores with the bots. Closed loops over many chats, never two updates of
/// a chat under way; rounds alternate. Every update must have been answered once, by its own text.
/// Arguments: --users N (1000), --connections N (32), --updates N (30000, a round), --warm-up N (60000, before the first), --rounds N (3), --only hub|grammy, --hub BotHub.dll.
/// Needs node, redis-server, and <c>npm ci</c> in tests/BotHub.Benchmarks/peers.
/// </summary>
public static class TelegramBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        // The driver's own connections go on where their data is read; bots start without it (see TelegramPeer).
        Environment.SetEnvironmentVariable(TelegramPeer.InlineSockets, "1");
        var (users, connections, rounds) = (Arguments.Number(args, "--users", 1000), Arguments.Number(args, "--connections", 32), Arguments.Number(args, "--rounds", 3));
        var (updates, warmUp) = (Arguments.Number(args, "--updates", 30_000), Arguments.Number(args, "--warm-up", 60_000));
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        if (RedisProcess.Start(directory.FullName) is not { } redis) return 1;
        List<TelegramPeer> peers = [];
        try
        {
            await using var telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off, KeptMessages = 4, KeptCalls = 1, Play = false, Lean = true });
            if (Arguments.Text(args, "--only") is not "grammy") peers.Add(await TelegramPeer.HubAsync(telegram, redis, users, directory.FullName, Arguments.Text(args, "--hub")));
            if (Arguments.Text(args, "--only") is not "hub") peers.Add(await TelegramPeer.GrammyAsync(telegram, redis, users));
            Console.WriteLine($"{users} chats, {connections} updates under way, {updates} updates a round after {warmUp} to warm up, {Environment.ProcessorCount} cores for bot, redis-server and driver together");
            Console.WriteLine(TelegramRound.Head);
            // By count and not by time: what a busy machine slows down is compiled late too.
            foreach (var peer in peers) await MeasureAsync(telegram, redis, peer, connections, warmUp);
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var peer in peers)
                {
                    await MeasureAsync(telegram, redis, peer, connections, updates / 10);
                    peer.Rounds.Add(await MeasureAsync(telegram, redis, peer, connections, updates));
                    Console.WriteLine(peer.Rounds[^1].Line(round, peer.Name));
                }
            }

            foreach (var peer in peers) TelegramRound.Summarize(peer.Name, peer.Rounds);
            if (peers is [var hub, var other]) TelegramRound.Compare(hub.Name, hub.Rounds, other.Name, other.Rounds);
            return 0;
        }
        finally
        {
            foreach (var peer in peers) await peer.DisposeAsync();
            redis.Dispose();
            directory.Delete(recursive: true);
        }
    }

    private static async Task<TelegramRound> MeasureAsync(FakeTelegramServer telegram, RedisProcess redis, TelegramPeer peer, int connections, int updates)
    {
        using var load = new TelegramLoad(telegram, peer, connections, updates);
        var before = telegram.Calls.Of("sendMessage");
        GC.Collect();
        var (bot, store, own, machine, start) = (peer.CpuSeconds, redis.CpuSeconds, ProcessorTime.Own, ProcessorTime.Machine(), Stopwatch.GetTimestamp());
        await load.RunAsync();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (botCpu, redisCpu, ownCpu, all) = (peer.CpuSeconds - bot, redis.CpuSeconds - store, ProcessorTime.Own - own, ProcessorTime.Machine() - machine);
        // Late second answers would come now.
        await Task.Delay(200);
        if (telegram.Calls.Of("sendMessage") - before is var calls && calls != updates) throw new InvalidOperationException($"{peer.Name} sent {calls} answers to {updates} updates.");
        var sorted = load.Latencies;
        return new TelegramRound(
            updates / elapsed, sorted[updates / 2], sorted[(int)(updates * 0.99)], botCpu / updates * 1e6, redisCpu / updates * 1e6, ownCpu / updates * 1e6,
            peer.Megabytes, (all - botCpu - redisCpu - ownCpu) / elapsed);
    }
}
