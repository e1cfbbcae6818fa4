using System.Net;
using System.Net.Sockets;

namespace BotHub.FakeTelegram;

/// <summary>
/// The HTTP side of a lean server: method calls by POST with a JSON body or by GET, over plain sockets. Calls run on the thread that
/// their bytes arrive on. What <see cref="ApiFront"/> does beyond that (multipart, files, long polls, play, faults) is refused.
/// </summary>
internal sealed class LeanFront : IAsyncDisposable
{
    private const int MostLines = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly FakeTelegramServer _server;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly HashSet<Socket> _lines = [];
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private bool _closed;

    public LeanFront(FakeTelegramServer server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, server.Options.Port));
        _listener.Listen(512);
        Url = new($"http://{_listener.LocalEndPoint}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var line in _lines) line.Dispose();
        }

        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        while (!_closed)
        {
            try
            {
                var line = await _listener.AcceptAsync().ConfigureAwait(false);
                line.NoDelay = true;
                if (Admit(line)) _ = ServeAsync(line);
                else line.Dispose();
            }
            catch (SocketException) when (!_closed)
            {
                // A client that left while it was let in, or no more files to be had.
                await Task.Delay(Pause).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool Admit(Socket line)
    {
        lock (_gate) return !_closed && _lines.Count < MostLines && _lines.Add(line);
    }

    private async Task ServeAsync(Socket line)
    {
        try
        {
            await new LeanLine(_server, line).RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone, or this server.
        }
        finally
        {
            lock (_gate) _lines.Remove(line);
            line.Dispose();
        }
    }
}
