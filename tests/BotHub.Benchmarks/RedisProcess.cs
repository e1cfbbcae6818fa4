using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BotHub.Benchmarks;

/// <summary>A redis-server of the benchmark's own, with an append-only file synced every second.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly Process _process;

    private RedisProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    public string Address => $"127.0.0.1:{Port}";

    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Null, with a word on the console, where there is none to start.</summary>
    public static RedisProcess? Start(string directory)
    {
        var port = FreePort();
        try
        {
            var start = new ProcessStartInfo("redis-server", $"--port {port} --bind 127.0.0.1 --save \"\" --appendonly yes --appendfsync everysec --loglevel warning") { WorkingDirectory = directory, RedirectStandardOutput = true };
            var process = Process.Start(start)!;
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            return new RedisProcess(process, port);
        }
        catch (Win32Exception)
        {
            Console.WriteLine("redis-server is not on the PATH: measuring the embedded store only.");
            return null;
        }
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
