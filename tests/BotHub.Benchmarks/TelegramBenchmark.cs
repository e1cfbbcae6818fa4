using System.Diagnostics;
using BotHub.FakeTelegram;

namespace BotHub.Benchmarks;

/// <summary>
/// Telegram end to end: a person's message leaves the fake Telegram for the bot's webhook, the answer arrives by sendMessage. The hub
/// (durable mailbox, history in Redis, echo) beside a grammY bot that keeps ten messages in the same redis-server; both against the same
/// fake, which runs in this process without limits and shares the cores with the bots. Closed loops over many chats, never two updates of
/// a chat under way; rounds alternate. Every update must have been answered once, by its own text.
/// Arguments: --users N (1000), --connections N (64: Telegram makes 40 to 100 to a bot), --updates N (30000, a round), --warm-up N (60000, before the first), --rounds N (3), --only hub|grammy, --hub BotHub.dll[,another
/// BotHub.dll] (builds or settings to compare with each other), --cores N (stand for a machine of N slower cores: <see cref="SlowCore"/>).
/// Needs node, redis-server, and <c>npm ci</c> in tests/BotHub.Benchmarks/peers.
/// </summary>
public static class TelegramBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (real, cores) = (Environment.ProcessorCount, Arguments.Number(args, "--cores", Environment.ProcessorCount));
        var missing = Arguments.Text(args, "--only") is "hub" ? null : TelegramPeer.Missing();
        if (cores != real) missing ??= cores < real ? $"--cores is {real} or more here." : SlowCore.Missing();
        if (missing is not null)
        {
            Console.Error.WriteLine(missing);
            return 2;
        }

        // The driver's own connections go on where their data is read; bots start without it (see TelegramPeer).
        foreach (var name in TelegramPeer.InlineSockets) Environment.SetEnvironmentVariable(name, "1");
        var (users, connections, rounds) = (Arguments.Number(args, "--users", 1000), Arguments.Number(args, "--connections", 64), Arguments.Number(args, "--rounds", 3));
        var (updates, warmUp) = (Arguments.Number(args, "--updates", 30_000), Arguments.Number(args, "--warm-up", 60_000));
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        List<RedisProcess> stores = [];
        List<TelegramPeer> peers = [];
        List<SlowCore> slow = [];
        try
        {
            await using var telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off, KeptMessages = 4, KeptCalls = 1, Play = false, Lean = true });
            string[] hubs = Arguments.Text(args, "--only") is "grammy" ? [] : [.. Arguments.Text(args, "--hub")?.Split(',').Select(Path.GetFullPath) ?? [Path.Combine(AppContext.BaseDirectory, "BotHub.dll")]];
            // A server each: hubs that share one would share their work too.
            for (var n = 0; n < Math.Max(1, hubs.Length); n++)
            {
                if (RedisProcess.Start(directory.CreateSubdirectory($"{n}").FullName) is not { } redis) return 1;
                stores.Add(redis);
            }

            foreach (var (n, hub) in hubs.Index()) peers.Add(await TelegramPeer.HubAsync(telegram, stores[n], users, directory.FullName, hub, n == 0 ? "hub" : $"hub{n + 1}"));
            if (Arguments.Text(args, "--only") is not "hub") peers.Add(await TelegramPeer.GrammyAsync(telegram, stores[0], users));
            if (cores > real)
                foreach (var process in (int[])[.. stores.Select(s => s.ProcessId), .. peers.Where(p => p.IsOneThread).Select(p => p.ProcessId)]) slow.Add(new SlowCore(process, (double)real / cores));
            Console.WriteLine($"{users} chats, {connections} updates under way, {updates} updates a round after {warmUp} to warm up, {cores} cores{(cores > real ? $" ({real}, standing for slower ones)" : "")} for bot, redis-server and driver together");
            Console.WriteLine(TelegramRound.Head);
            // By count and not by time: what a busy machine slows down is compiled late too.
            foreach (var peer in peers) await MeasureAsync(telegram, peer, connections, warmUp);
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var peer in peers)
                {
                    await MeasureAsync(telegram, peer, connections, updates / 10);
                    peer.Rounds.Add(await MeasureAsync(telegram, peer, connections, updates));
                    Console.WriteLine(peer.Rounds[^1].Line(round, peer.Name));
                }
            }

            foreach (var peer in peers) TelegramRound.Summarize(peer.Name, peer.Rounds);
            foreach (var other in peers.Skip(1)) TelegramRound.Compare(peers[0].Name, peers[0].Rounds, other.Name, other.Rounds);
            return 0;
        }
        finally
        {
            foreach (var peer in peers) await peer.DisposeAsync();
            foreach (var redis in stores) redis.Dispose();
            foreach (var core in slow) core.Dispose();
            directory.Delete(recursive: true);
        }
    }

    private static async Task<TelegramRound> MeasureAsync(FakeTelegramServer telegram, TelegramPeer peer, int connections, int updates)
    {
        using var load = new TelegramLoad(telegram, peer, connections, updates);
        var before = telegram.Calls.Of("sendMessage");
        GC.Collect();
        var (bot, store, own, machine, start) = (peer.CpuSeconds, peer.Redis.CpuSeconds, ProcessorTime.Own, ProcessorTime.Machine(), Stopwatch.GetTimestamp());
        await load.RunAsync();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (botCpu, redisCpu, ownCpu, all) = (peer.CpuSeconds - bot, peer.Redis.CpuSeconds - store, ProcessorTime.Own - own, ProcessorTime.Machine() - machine);
        // Late second answers would come now.
        await Task.Delay(200);
        if (telegram.Calls.Of("sendMessage") - before is var calls && calls != updates) throw new InvalidOperationException($"{peer.Name} sent {calls} answers to {updates} updates.");
        var sorted = load.Latencies;
        return new TelegramRound(
            updates / elapsed, sorted[updates / 2], sorted[(int)(updates * 0.99)], botCpu / updates * 1e6, redisCpu / updates * 1e6, ownCpu / updates * 1e6,
            peer.Megabytes, (all - botCpu - redisCpu - ownCpu) / elapsed);
    }
}
