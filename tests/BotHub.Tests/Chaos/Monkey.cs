namespace BotHub.Tests.Chaos;

/// <summary>Kills a random one of the servers that are up, again and again, and starts it again at once.</summary>
internal sealed class Monkey(IReadOnlyList<ServerProcess> servers, Random random)
{
    public int Kills { get; private set; }

    /// <param name="pause">Milliseconds between two kills, at least and at most.</param>
    public async Task RunAsync((int Least, int Most) pause, TimeSpan duration, CancellationToken deadline)
    {
        var restarts = servers.ToDictionary(s => s, _ => Task.CompletedTask);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(start) < duration)
        {
            await Task.Delay(random.Next(pause.Least, pause.Most), deadline);
            var up = servers.Where(s => restarts[s].IsCompletedSuccessfully).ToList();
            if (up.Count == 0)
            {
                await Task.WhenAny(restarts.Values);
                continue;
            }

            var victim = up[random.Next(up.Count)];
            await victim.KillAsync();
            Kills++;
            restarts[victim] = victim.StartAsync(deadline);
        }

        await Task.WhenAll(restarts.Values);
    }
}
