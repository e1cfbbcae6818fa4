using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Chaos;

/// <summary>The built hub as a child process, on a port and with a data directory that it keeps over its lives.</summary>
public sealed class HubProcess : ServerProcess
{
    private static readonly HttpClient Probe = new(new SocketsHttpHandler(), disposeHandler: true) { Timeout = TimeSpan.FromSeconds(2) };

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly int _port = Ports.Free();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bothub-hub-");

    /// <param name="settings">Settings as environment variables, over those that every chaos hub has.</param>
    public HubProcess(IReadOnlyDictionary<string, string> settings) => _settings = settings;

    public override string Name => $"hub on port {_port}";

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    private static string Program
    {
        get
        {
            // The test project's output holds the hub as it was built; an output of its own is looked for in case that changes.
            var here = AppContext.BaseDirectory;
            var own = here.Replace($"tests{Path.DirectorySeparatorChar}BotHub.Tests", $"src{Path.DirectorySeparatorChar}BotHub", StringComparison.Ordinal);
            foreach (var folder in new[] { here, own })
                if (File.Exists(Path.Combine(folder, "BotHub.dll")) && File.Exists(Path.Combine(folder, "BotHub.runtimeconfig.json"))) return Path.Combine(folder, "BotHub.dll");
            throw new FileNotFoundException($"BotHub.dll with its runtimeconfig.json is neither in {here} nor in {own}: build the solution.");
        }
    }

    protected override ProcessStartInfo Describe()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { Program },
            WorkingDirectory = _directory.FullName,
        };
        var environment = start.Environment;
        // A developer's own settings must not change what is tested.
        foreach (var key in environment.Keys.Where(k => k.Contains("__", StringComparison.Ordinal) || k.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || k == "DOTNET_ENVIRONMENT").ToList()) environment.Remove(key);
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Address.ToString().TrimEnd('/'),
            ["DOTNET_gcServer"] = "0",
            ["Logging__LogLevel__Microsoft.Hosting"] = "Warning",
            ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__SingleLine"] = "true",
            ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
            ["Storage__Directory"] = Path.Combine(_directory.FullName, "data"),
            ["Pipeline__MaxTries"] = "1000",
            ["Channels__Web__MessagesPerMinute"] = "100000",
            ["Channels__Web__ConversationsPerMinute"] = "100000",
            ["Channels__Web__StreamsPerConversation"] = "100",
            ["Models__Default"] = "echo",
            ["Models__echo__Type"] = "echo",
        }) environment[key] = value;
        foreach (var (key, value) in _settings) environment[key] = value;
        return start;
    }

    protected override async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var response = await Probe.GetAsync(new Uri(Address, "health/live"), cancel);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>What the hub's status tells of its store.</summary>
    public async Task<long> StoreFigureAsync(string name, CancellationToken cancel) =>
        (await Probe.GetFromJsonAsync<JsonElement>(new Uri(Address, "status"), cancel)).GetProperty("store").GetProperty(name).GetInt64();

    // The embedded store calls the end of its own background work an error.
    protected override bool IsError(string line) => !line.Contains("StoreWrapper[0] IndexAutoGrowTaskAsync exception received System.Threading.Tasks.TaskCanceledException", StringComparison.Ordinal) && IsFailure(line);

    private static bool IsFailure(string line) =>
        line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal) || line.StartsWith("Unhandled exception", StringComparison.Ordinal);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
