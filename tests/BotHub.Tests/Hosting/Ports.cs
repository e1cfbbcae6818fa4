using System.Net;
using System.Net.Sockets;

namespace BotHub.Tests.Hosting;

/// <summary>
/// Ports for servers that are told theirs beforehand, or that are killed and come back: below the range from which the system takes the ports of outgoing connections, so
/// that nobody else sits on one meanwhile.
/// </summary>
internal static class Ports
{
    private static int _next = 21_000 + (Environment.ProcessId * 37 % 9_000);

    public static int Free()
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            var port = Interlocked.Increment(ref _next);
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException) { /* taken */ }
        }

        throw new InvalidOperationException("No free port was found.");
    }
}
