using System.Buffers;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace BotHub.FakeTelegram;

/// <summary>One connection of a bot to a lean server: whatever calls have arrived are answered together, in one write.</summary>
internal sealed class LeanLine(FakeTelegramServer server, Socket socket)
{
    private readonly ArrayBufferWriter<byte> _answers = new(4096);
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    public async Task RunAsync()
    {
        for (var closes = false; !closes;)
        {
            MakeRoom();
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
            if (read == 0) return;
            _end += read;
            closes = Answer();
            for (var rest = _answers.WrittenMemory; rest.Length > 0;) rest = rest[await socket.SendAsync(rest).ConfigureAwait(false)..];
            _answers.ResetWrittenCount();
        }

        // What the client still sends would turn a plain close into a reset that takes the answer with it.
        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(_buffer).ConfigureAwait(false) > 0)
        {
        }
    }

    private void MakeRoom()
    {
        if (_start == _end) (_start, _end) = (0, 0);
        if (_end < _buffer.Length) return;
        var larger = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
        Buffer.BlockCopy(_buffer, _start, larger, 0, _end - _start);
        (_buffer, _start, _end) = (larger, 0, _end - _start);
    }

    /// <returns>Whether the connection ends here.</returns>
    private bool Answer()
    {
        try
        {
            while (LeanRequest.Read(_buffer.AsMemory(_start, _end - _start)) is { } request)
            {
                _start += request.Length;
                Call(request);
                if (request.Closes) return true;
            }

            return _end - _start > LeanRequest.Longest ? throw new Refused(413, "Request Entity Too Large: in too many chunks") : false;
        }
        catch (Refused e)
        {
            Refuse(e, closes: true);
            return true;
        }
    }

    private void Call(in LeanRequest request)
    {
        Span<char> path = stackalloc char[256];
        if (request.Target.Length > path.Length) path = new char[request.Target.Length];
        path = path[..Encoding.Latin1.GetChars(request.Target.Span, path)];
        var mark = path.IndexOf('?');
        var query = mark < 0 ? [] : path[mark..];
        if (mark >= 0) path = path[..mark];
        if (path.Contains('%')) path = Uri.UnescapeDataString(path).ToCharArray();

        var slash = path.StartsWith("/bot") ? path[4..].IndexOf('/') : -1;
        if (slash < 0)
        {
            Refuse(path.StartsWith("/play") || path.StartsWith("/file") ? NotHere("pages and files") : new(404, "Not Found"));
            return;
        }

        FakeBot? bot;
        lock (server.Gate) bot = server.ByToken(path.Slice(4, slash));
        if (bot is null)
        {
            Refuse(Refused.Unknown(path.Slice(4, slash)));
            return;
        }

        var call = new Call(Dispatcher.NameOf(path[(slash + 5)..]));
        if (query.Length > 1)
            foreach (var (name, values) in QueryHelpers.ParseQuery(query.ToString())) call.Take(name, values.ToString());
        if (call.Method.Equals("getUpdates", StringComparison.OrdinalIgnoreCase)) Refuse(NotHere("getUpdates"));
        else if (request.Body.Length == 0) Execute(bot, call);
        else if (request.IsJson) Execute(bot, call, request.Body);
        else Refuse(NotHere("bodies other than JSON"));
    }

    private void Execute(FakeBot bot, Call call, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            call.Take(json.RootElement);
            Execute(bot, call);
        }
        catch (JsonException)
        {
            Refuse(Refused.Bad("Can't parse request JSON object"));
        }
    }

    private void Execute(FakeBot bot, Call call)
    {
        var pad = Dispatcher.Execute(server, bot, call, out var refused);
        Write(refused, pad, closes: false);
        Jsons.Return(pad);
    }

    private void Refuse(Refused refused, bool closes = false)
    {
        var pad = Jsons.Rent();
        Dispatcher.Error(pad.Writer, refused);
        pad.Writer.Flush();
        Write(refused, pad, closes);
        Jsons.Return(pad);
    }

    private static Refused NotHere(string what) => new(501, $"Not Implemented: a lean fake has no {what}");

    private void Write(Refused? refused, Jsons.Pad pad, bool closes)
    {
        if (refused is null) _answers.Write("HTTP/1.1 200 OK"u8);
        else _answers.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {refused.Code} {ReasonPhrases.GetReasonPhrase(refused.Code)}"));
        if (refused?.RetryAfter is { } seconds) _answers.Write(Encoding.ASCII.GetBytes($"\r\nRetry-After: {seconds}"));
        if (closes) _answers.Write("\r\nConnection: close"u8);
        _answers.Write("\r\nContent-Type: application/json\r\nContent-Length: "u8);
        Utf8Formatter.TryFormat(pad.Buffer.WrittenCount, _answers.GetSpan(16), out var digits);
        _answers.Advance(digits);
        _answers.Write("\r\n\r\n"u8);
        _answers.Write(pad.Buffer.WrittenSpan);
    }
}
