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
            line.Write(_head, json);
            while (line.Unsent.Length > 0) line.Sent(await line.Socket.SendAsync(line.Unsent).ConfigureAwait(false));
            while (true)
            {
                var read = await line.Socket.ReceiveAsync(line.Room).ConfigureAwait(false);
                if (read == 0) throw new IOException("The webhook closed the connection.");
                if (line.Read(read) is not { } answer) continue;
                Return(line);
                return answer;
            }
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

    /// <summary>A connection and its buffer, for the update first and for the answer then.</summary>
    private sealed class Line(Socket socket)
    {
        private byte[] _buffer = new byte[4096];
        private int _start;
        private int _end;

        public Socket Socket => socket;

        public ReadOnlyMemory<byte> Unsent => _buffer.AsMemory(_start, _end - _start);

        public Memory<byte> Room => _buffer.AsMemory(_end);

        public void Write(byte[] head, byte[] json)
        {
            var most = head.Length + json.Length + 32;
            if (_buffer.Length < most) _buffer = new byte[most];
            head.CopyTo(_buffer, 0);
            Utf8Formatter.TryFormat(json.Length, _buffer.AsSpan(head.Length), out var digits);
            var at = head.Length + digits;
            "\r\n\r\n"u8.CopyTo(_buffer.AsSpan(at));
            json.CopyTo(_buffer, at + 4);
            (_start, _end) = (0, at + 4 + json.Length);
        }

        public void Sent(int count)
        {
            _start += count;
            if (_start == _end) (_start, _end) = (0, 0);
        }

        /// <returns>Null as long as some of it is missing.</returns>
        public WireAnswer? Read(int more)
        {
            _end += more;
            if (Read(_buffer.AsSpan(0, _end)) is { } answer) return answer;
            if (_end == _buffer.Length) Array.Resize(ref _buffer, _end * 2);
            return null;
        }

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
