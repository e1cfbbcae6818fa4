using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Chaos;

/// <summary>A real redis-server with an append-only file, in a directory and on a port that it keeps over its lives.</summary>
public sealed class RedisServer : ServerProcess
{
    private readonly int _port = Ports.Free();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bothub-redis-");

    public override string Name => $"redis-server on port {_port}";

    public string ConnectionString => $"127.0.0.1:{_port}";

    /// <summary>Starts one, or skips the test and says why.</summary>
    public static async Task<RedisServer> StartOrSkipAsync(CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) Assert.Skip("Signals and redis-server need Linux or macOS.");
        var server = new RedisServer();
        try
        {
            await server.StartAsync(cancel);
        }
        catch (Win32Exception e)
        {
            await server.DisposeAsync();
            Assert.Skip($"redis-server is not on the PATH: {e.Message}");
        }

        return server;
    }

    protected override ProcessStartInfo Describe() => new("redis-server")
    {
        ArgumentList = { "--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec" },
        WorkingDirectory = _directory.FullName,
    };

    protected override async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), cancel);
            await socket.SendAsync("PING\r\n"u8.ToArray(), cancel);
            var answer = new byte[64];
            // While it reads its file it answers -LOADING.
            return await socket.ReceiveAsync(answer, cancel) > 0 && answer.AsSpan().StartsWith("+PONG"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
