using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>
/// Posts to one webhook over kept connections with as little work as HTTP/1.1 allows: one write and one read an update. Bodies of answers
/// need a Content-Length; time limits, TLS and redirects there are none.
/// </summary>
internal sealed class WebhookWire(Uri address, string secret) : IDisposable
{
    private readonly byte[] _head = Encoding.ASCII.GetBytes(
        $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\n{(secret.Length > 0 ? $"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" : "")}Content-Length: ");
    private readonly Stack<Line> _free = new();
    private readonly Lock _gate = new();
    private bool _closed;

    /// <exception cref="IOException">The connection ended early, or the answer is none that is understood here.</exception>
    /// <exception cref="SocketException">Nobody listens there, or the connection broke.</exception>
    public async Task<WireAnswer> PostAsync(byte[] json)
    {
        var line = Rent() ?? await ConnectAsync().ConfigureAwait(false);
        try
        {
            var answer = await line.PostAsync(_head, json).ConfigureAwait(false);
            Return(line);
            return answer;
        }
        catch
        {
            line.Socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var line in _free) line.Socket.Dispose();
            _free.Clear();
        }
    }

    private async Task<Line> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port).ConfigureAwait(false);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Line? Rent()
    {
        lock (_gate) return _free.TryPop(out var line) ? line : null;
    }

    private void Return(Line line)
    {
        lock (_gate)
        {
            if (_closed) line.Socket.Dispose();
            else _free.Push(line);
        }
    }

    private sealed class Line(Socket socket)
    {
        private byte[] _buffer = new byte[4096];

        public Socket Socket => socket;

        public async Task<WireAnswer> PostAsync(byte[] head, byte[] json)
        {
            await SendAsync(Write(head, json)).ConfigureAwait(false);
            for (var have = 0; ;)
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(have)).ConfigureAwait(false);
                if (read == 0) throw new IOException("The webhook closed the connection.");
                have += read;
                if (Read(_buffer.AsSpan(0, have)) is { } answer) return answer;
                if (have == _buffer.Length) Array.Resize(ref _buffer, have * 2);
            }
        }

        private async ValueTask SendAsync(int length)
        {
            for (var sent = 0; sent < length;) sent += await socket.SendAsync(_buffer.AsMemory(sent, length - sent)).ConfigureAwait(false);
        }

        private int Write(byte[] head, byte[] json)
        {
            var most = head.Length + json.Length + 32;
            if (_buffer.Length < most) _buffer = new byte[most];
            head.CopyTo(_buffer, 0);
            Utf8Formatter.TryFormat(json.Length, _buffer.AsSpan(head.Length), out var digits);
            var at = head.Length + digits;
            "\r\n\r\n"u8.CopyTo(_buffer.AsSpan(at));
            json.CopyTo(_buffer, at + 4);
            return at + 4 + json.Length;
        }

        /// <returns>Null as long as some of it is missing.</returns>
        private static WireAnswer? Read(ReadOnlySpan<byte> bytes)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0) return null;
            var fields = bytes[..(end + 2)];
            if (!fields.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(fields[9..], out int status, out _) || Number(fields, "\r\nContent-Length: "u8) is not { } length)
                throw new IOException("The webhook answered in a way that is not understood here.");
            var body = bytes[(end + 4)..];
            return body.Length < length ? null : new(status, TimeSpan.FromSeconds(Number(fields, "\r\nRetry-After: "u8) ?? 0), body[..length].ToArray());
        }

        private static int? Number(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> name)
        {
            var at = fields.IndexOf(name);
            return at >= 0 && Utf8Parser.TryParse(fields[(at + name.Length)..], out int number, out _) ? number : null;
        }
    }
}

internal readonly record struct WireAnswer(int Status, TimeSpan RetryAfter, byte[] Body);
