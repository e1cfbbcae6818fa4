using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Storage;

/// <summary>A store of its own for a test class, on a free port of this machine and in a temporary directory.</summary>
public abstract class StoreFixture : IAsyncLifetime
{
    protected string Directory { get; } = Path.Combine(Path.GetTempPath(), $"bothub-{Guid.NewGuid():N}");

    /// <summary>Why this store can't be tested here, or null.</summary>
    public string? Missing { get; protected set; }

    /// <summary>Settings a further node needs to meet the same store.</summary>
    public Dictionary<string, string> Settings { get; } = new() { ["Storage:TranscriptLimit"] = "40", ["Storage:MailboxLimit"] = "50" };

    public StoreNode Node { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(Directory);
        if (Missing is null) Node = await StoreNode.StartAsync(Settings);
    }

    /// <summary>Another node on the same store.</summary>
    public abstract Task<StoreNode> StartAnotherAsync(Action<IServiceCollection>? change = null);

    public async ValueTask DisposeAsync()
    {
        if (Node is not null) await Node.DisposeAsync();
        await EndServerAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected virtual Task EndServerAsync() => Task.CompletedTask;
}

/// <summary>The embedded store.</summary>
public sealed class GarnetFixture : StoreFixture
{
    public GarnetFixture() => Settings["Storage:Directory"] = Path.Combine(Directory, "data");

    public override Task<StoreNode> StartAnotherAsync(Action<IServiceCollection>? change = null) => Neighbour.StartAsync(Node, Settings, change);
}

/// <summary>A real redis-server, started for the class, when there is one on the PATH.</summary>
public sealed class RedisFixture : StoreFixture
{
    private Process? _process;

    public override Task<StoreNode> StartAnotherAsync(Action<IServiceCollection>? change = null) => StoreNode.StartAsync(Settings, change);

    public override async ValueTask InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(Directory);
        var port = Ports.Free();
        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-server")
            {
                ArgumentList = { "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--requirepass", "open-sesame" },
                WorkingDirectory = Directory,
                RedirectStandardOutput = true,
            });
            _process!.OutputDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Missing = $"redis-server is not on the PATH: {e.Message}";
        }

        Settings["ConnectionStrings:Redis"] = $"127.0.0.1:{port},password=open-sesame";
        await base.InitializeAsync();
    }

    protected override async Task EndServerAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
