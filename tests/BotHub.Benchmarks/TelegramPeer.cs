using System.Diagnostics;
using System.Globalization;
using BotHub.FakeTelegram;

namespace BotHub.Benchmarks;

/// <summary>A bot as a process of its own, with a bot account and people of its own at the fake Telegram.</summary>
internal sealed class TelegramPeer : IAsyncDisposable
{
    /// <summary>
    /// Switches of the runtime (System.Net.Sockets): one thread polls, and what waits for a socket goes on on it. Good for the driver,
    /// whose steps are all short; bots must not inherit them.
    /// </summary>
    public static readonly string[] InlineSockets = ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"];

    private const string Secret = "a-secret-of-the-benchmark";

    private readonly Process _process;
    private long _questions;

    private TelegramPeer(string name, Process process, RedisProcess redis, IReadOnlyList<FakeChat> chats) => (Name, _process, Redis, Chats) = (name, process, redis, chats);

    public string Name { get; }

    public int ProcessId => _process.Id;

    /// <summary>Whether its code runs on the main thread alone, as in node.</summary>
    public bool IsOneThread => _process.StartInfo.FileName == "node";

    /// <summary>Where its history lies.</summary>
    public RedisProcess Redis { get; }

    public IReadOnlyList<FakeChat> Chats { get; }

    public List<TelegramRound> Rounds { get; } = [];

    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public double Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    public long NextQuestion() => Interlocked.Increment(ref _questions);

    public static Task<TelegramPeer> HubAsync(FakeTelegramServer telegram, RedisProcess redis, int users, string directory, string program, string name)
    {
        var (bot, port) = (telegram.AddBot($"{name}_bot"), RedisProcess.FreePort());
        const string section = "Channels__Telegram__bench__";
        return StartAsync(name, telegram, bot, redis, users, new ProcessStartInfo("dotnet") { ArgumentList = { program }, WorkingDirectory = directory }, new()
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__Redis"] = redis.Address,
            // The other one writes nothing into a log.
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__BotHub"] = "Warning",
            ["Context__MaxMessages"] = "10",
            // A turn keeps its place for a moment after its answer.
            ["Pipeline__MaxConcurrentTurns"] = "256",
            ["Models__Default"] = "echo",
            ["Models__echo__Type"] = "echo",
            [section + "Token"] = bot.Token,
            [section + "ApiUrl"] = telegram.Url.AbsoluteUri,
            [section + "Mode"] = "Webhook",
            [section + "WebhookUrl"] = $"http://127.0.0.1:{port}",
            [section + "WebhookSecret"] = Secret,
            [section + "Allow"] = "*",
            [section + "Buttons"] = "false",
            [section + "CallsPerSecond"] = "0",
            [section + "ChatCallsPerSecond"] = "0",
            [section + "GroupCallsPerMinute"] = "0",
        });
    }

    /// <summary>What the grammY bot still needs; null when it can run.</summary>
    public static string? Missing() => Directory.Exists(Path.Combine(Peers(), "node_modules")) ? null : $"Run 'npm ci --ignore-scripts' in {Peers()} first, or leave grammY out with --only hub.";

    public static Task<TelegramPeer> GrammyAsync(FakeTelegramServer telegram, RedisProcess redis, int users)
    {
        var folder = Peers();
        var bot = telegram.AddBot("grammy_bot");
        return StartAsync("grammY", telegram, bot, redis, users, new ProcessStartInfo("node") { ArgumentList = { "grammy.mjs" }, WorkingDirectory = folder }, new()
        {
            ["NODE_ENV"] = "production",
            ["BENCH_TOKEN"] = bot.Token,
            ["BENCH_API"] = telegram.Url.AbsoluteUri,
            ["BENCH_SECRET"] = Secret,
            ["BENCH_REDIS"] = redis.Port.ToString(CultureInfo.InvariantCulture),
            ["BENCH_PORT"] = RedisProcess.FreePort().ToString(CultureInfo.InvariantCulture),
        });
    }

    private static async Task<TelegramPeer> StartAsync(string name, FakeTelegramServer telegram, FakeBot bot, RedisProcess redis, int users, ProcessStartInfo start, Dictionary<string, string> environment)
    {
        foreach (var inherited in InlineSockets) start.Environment.Remove(inherited);
        foreach (var (key, value) in environment) start.Environment[key] = value;
        start.RedirectStandardOutput = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text != "ready") Console.WriteLine($"{name}: {text}");
        };
        process.BeginOutputReadLine();
        var chats = Enumerable.Range(0, users).Select(_ => bot.PrivateChat(telegram.AddUser("Ada"))).ToList();
        await telegram.WaitAsync(() => bot.WebhookUrl.Length > 0, TimeSpan.FromSeconds(60), $"{name} to set its webhook");
        return new TelegramPeer(name, process, redis, chats);
    }

    /// <summary>The sources' folder, from wherever the benchmark was built to.</summary>
    private static string Peers()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "peers") is var peers && Directory.Exists(peers)) return peers;
        throw new DirectoryNotFoundException("The folder tests/BotHub.Benchmarks/peers is not above the program.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
