using System.Diagnostics;
using BotHub.Core.Conversations;
using BotHub.Storage;
using Microsoft.Extensions.DependencyInjection;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

/// <summary>What only the embedded store has to prove: it lives through kill -9, keeps its disk small, and guards its directory.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private const string DirectoryVariable = "BOTHUB_TEST_STORE";
    private const int Workers = 8;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"bothub-{Guid.NewGuid():N}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Settings => new() { ["Storage:Directory"] = Path.Combine(_directory, "data") };

    private string Journal => Path.Combine(_directory, "journal");

    public void Dispose()
    {
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed_again_and_again()
    {
        Directory.CreateDirectory(_directory);
        await File.WriteAllTextAsync(Journal, "", Cancel);
        var random = new Random(7);
        for (var round = 0; round < 5; round++) await RunAndKillAsync(random.Next(100, 900));

        var accepted = new Dictionary<(string, string), long>();
        var epochs = new Dictionary<string, long>();
        var committed = new Dictionary<string, long>();
        foreach (var line in (await File.ReadAllTextAsync(Journal, Cancel)).Split('\n')[..^1])
        {
            var f = line.Split(' ');
            var number = long.Parse(f[2], System.Globalization.CultureInfo.InvariantCulture);
            switch (f[0])
            {
                case "accepted": accepted[(f[1], f[3])] = number; break;
                case "claimed":
                    Assert.True(number > epochs.GetValueOrDefault(f[1]), $"The epoch of {f[1]} went back to {number}.");
                    epochs[f[1]] = number;
                    break;
                case "committed": committed[f[1]] = number; break;
            }
        }

        Assert.True(accepted.Count > 200);
        Assert.Equal(accepted.Count, accepted.Select(a => (a.Key.Item1, a.Value)).Distinct().Count());
        await using var node = await StoreNode.StartAsync(Settings);
        foreach (var ((conversation, id), sequence) in accepted)
        {
            var again = await node.Store.AcceptAsync(Message(Id(conversation), id), TimeSpan.Zero, Cancel);
            Assert.Equal((AcceptOutcome.Duplicate, sequence), (again.Outcome, again.Sequence));
        }

        foreach (var (conversation, turn) in committed)
        {
            // Turn n wrote the transcript's entries 2n and 2n + 1.
            var entries = await node.Store.ReadTranscriptAsync(Id(conversation), 0, 1000, Cancel);
            Assert.True(entries.Count >= 2 * (turn + 1), $"{conversation} has {entries.Count} entries after turn {turn}.");
            Assert.Equal(entries.Select((_, i) => $"{(i % 2 == 0 ? 'u' : 'a')}{i / 2}"), entries.Select(e => e.Id));
        }
    }

    /// <summary>Not a test: what the process does that the test above kills.</summary>
    [Fact(Explicit = true)]
    public async Task Child_that_talks_until_it_is_killed()
    {
        var directory = Environment.GetEnvironmentVariable(DirectoryVariable);
        if (directory is null) return;
        await using var node = await StoreNode.StartAsync(new Dictionary<string, string> { ["Storage:Directory"] = Path.Combine(directory, "data") });
        await using var journal = new FileStream(Path.Combine(directory, "journal"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var gate = new Lock();
        var run = Guid.NewGuid().ToString("N")[..6];
        var garnet = (EmbeddedGarnet)node.Get<IStoreServer>();
        await Task.WhenAll([CheckpointAsync(), .. Enumerable.Range(0, Workers).Select(TalkAsync)]);

        async Task CheckpointAsync()
        {
            while (true)
            {
                await Task.Delay(300, Cancel);
                await garnet.CheckpointAsync();
            }
        }

        async Task TalkAsync(int worker)
        {
            var c = Id($"test:bot:w{worker}");
            for (var n = 0; ; n++)
            {
                var id = $"{run}-{n}";
                var result = await node.Store.AcceptAsync(Message(c, id), TimeSpan.Zero, Cancel);
                if (result.Outcome == AcceptOutcome.Accepted) Note($"accepted {c} {result.Sequence} {id}");
                // A short lease: the next process must not wait for the killed one's.
                if (await node.Store.ClaimAsync(c, run, TimeSpan.FromMilliseconds(500), Cancel) is not { } claim) continue;
                Note($"claimed {c} {claim.Lease.Epoch}");
                foreach (var mail in claim.Mail)
                {
                    if ((await node.Store.CommitAsync(claim.Lease, Turn(mail.Sequence, reply: false), Cancel)).Fence != Fence.Held) break;
                    Note($"committed {c} {mail.Sequence}");
                }

                await node.Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
            }
        }

        void Note(string line)
        {
            lock (gate) journal.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
        }
    }

    [Fact]
    public async Task A_second_hub_on_the_same_directory_is_refused()
    {
        await using var first = await StoreNode.StartAsync(Settings);
        var e = await Assert.ThrowsAsync<StoreStartException>(() => StoreNode.StartAsync(Settings));
        Assert.Contains("Storage:Directory", e.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:Redis", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_garnet_whose_scripts_overlap_is_refused()
    {
        var e = await Assert.ThrowsAsync<StoreStartException>(() => StoreNode.StartAsync(Settings, services =>
            services.AddSingleton<IStoreServer>(provider =>
            {
                var garnet = ActivatorUtilities.CreateInstance<EmbeddedGarnet>(provider);
                garnet.Isolated = false;
                return garnet;
            })));
        Assert.Contains("--lua-transaction-mode", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_give_the_disk_back()
    {
        await using var node = await StoreNode.StartAsync(Settings);
        var garnet = (EmbeddedGarnet)node.Get<IStoreServer>();
        var sizes = new List<long>();
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 25; i++)
            {
                var c = Id($"test:bot:c{i}");
                for (var n = 0; n < 16; n++)
                    await node.Store.AcceptAsync(Message(c, $"r{round}-{n}", new string('x', 60_000)), TimeSpan.Zero, Cancel);
                var claim = (await node.Store.ClaimAsync(c, "node-1", TimeSpan.FromMinutes(1), Cancel))!;
                await node.Store.CommitAsync(claim.Lease, new TurnCommit(claim.Mail[0].Sequence, 16, "t", [], null, null), Cancel);
                await node.Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
            }

            await garnet.CheckpointAsync();
            sizes.Add(new DirectoryInfo(_directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length));
        }

        // Each round wrote 24 MB into the log and left next to nothing to keep.
        Assert.True(sizes[^1] < 70_000_000, string.Join(", ", sizes));
    }

    [Fact]
    public async Task Conversations_that_do_not_fit_into_memory_are_kept_on_disk()
    {
        var settings = new Dictionary<string, string>(Settings) { ["Storage:MemoryMegabytes"] = "64" };
        await using (var node = await StoreNode.StartAsync(settings))
        {
            for (var i = 0; i < 80; i++)
                for (var n = 0; n < 30; n++)
                    await node.Store.AcceptAsync(Message(Id($"test:bot:c{i}"), $"m{n}", new string('x', 60_000)), TimeSpan.Zero, Cancel);
            await AssertAllThereAsync(node);
        }

        await using var later = await StoreNode.StartAsync(settings);
        await AssertAllThereAsync(later);

        static async Task AssertAllThereAsync(StoreNode node)
        {
            // 80 conversations of 1.8 MB: more than twice the memory.
            for (var i = 0; i < 80; i++)
                Assert.Equal(30, (await node.Store.ReadViewAsync(Id($"test:bot:c{i}"), 10, Cancel)).Waiting.Count(m => m.Body!.Text.Length == 60_000));
        }
    }

    private static ConversationId Id(string text) => ConversationId.TryParse(text, out var id) ? id.Value : throw new FormatException(text);

    private async Task RunAndKillAsync(int lines)
    {
        var before = await CountLinesAsync();
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "BotHub.Tests"))
        {
            ArgumentList = { "-explicit", "only", "-method", $"{typeof(EmbeddedStoreTests).FullName}.{nameof(Child_that_talks_until_it_is_killed)}" },
            RedirectStandardOutput = true,
        };
        info.Environment[DirectoryVariable] = _directory;
        using var child = Process.Start(info)!;
        var output = child.StandardOutput.ReadToEndAsync(Cancel);
        while (await CountLinesAsync() < before + lines)
        {
            if (child.HasExited) Assert.Fail($"The child ended by itself: {await output}");
            await Task.Delay(10, Cancel);
        }

        // SIGKILL: nothing is flushed, nobody says goodbye.
        child.Kill();
        await child.WaitForExitAsync(Cancel);
    }

    private async Task<int> CountLinesAsync()
    {
        await using var stream = new FileStream(Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync(Cancel)).AsSpan().Count('\n');
    }
}
