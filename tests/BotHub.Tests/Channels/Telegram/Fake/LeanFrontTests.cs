using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using BotHub.FakeTelegram;

namespace BotHub.Tests.Channels.Telegram.Fake;

/// <summary>The lean fake's own HTTP, mostly over a bare socket: what a client may send, and what is refused.</summary>
public sealed class LeanFrontTests
{
    private const string Closed = "\r\nConnection: close";

    [Fact]
    public async Task A_call_may_come_byte_by_byte()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using var line = await Line.OpenAsync(api);

        foreach (var one in Post(api, "sendMessage", $$"""{"chat_id":{{api.Chat.Id}},"text":"slow, with ä"}""")) await line.SendAsync(one.ToString());

        Assert.Contains("\"text\":\"slow, with ä\"", await line.AnswerAsync());
        Assert.Equal(["slow, with ä"], api.Chat.BotTexts);
    }

    [Fact]
    public async Task Calls_in_one_packet_are_answered_in_order()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using var line = await Line.OpenAsync(api);

        await line.SendAsync(Say(api, "one") + $"GET /bot{api.Bot.Token}/getMe HTTP/1.1\r\nHost: here\r\n\r\n" + Say(api, "two")[..^5]);
        Assert.Contains("\"text\":\"one\"", await line.AnswerAsync());
        Assert.Contains("\"username\":\"strict_bot\"", await line.AnswerAsync());
        await line.SendAsync(Say(api, "two")[^5..]);

        Assert.Contains("\"text\":\"two\"", await line.AnswerAsync());
        Assert.Equal(1, api.Server.Calls.Of("getMe"));
    }

    [Theory]
    [InlineData("2\r\n{\"\r\n10;name=value\r\nchat_id\":\"@cafe\"\r\n1\r\n}\r\n0\r\n\r\n")]
    [InlineData("1a\r\n{\"chat_id\":\"@cafe\"       }\r\n0\r\nTrailer: one\r\nAnother: two\r\n\r\n")]
    public async Task Chunks_are_joined(string chunks)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        api.Server.AddSupergroup("Café", username: "cafe").Join(api.Bot);
        using var line = await Line.OpenAsync(api);

        for (var cut = 0; cut < chunks.Length; cut += 5)
        {
            await line.SendAsync($"POST /bot{api.Bot.Token}/getChat HTTP/1.1\r\nTRANSFER-encoding: Chunked\r\ncontent-TYPE:application/json; charset=utf-8\r\n\r\n{chunks[..cut]}");
            await line.SendAsync(chunks[cut..]);
            Assert.Contains("\"title\":\"Café\"", await line.AnswerAsync());
        }
    }

    [Fact]
    public async Task Clients_of_the_framework_are_understood_with_and_without_chunks()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });

        Assert.True((await api.SendAsync("sendMessage", JsonContent.Create(new { chat_id = api.Chat.Id, text = "chunked" }))).Ok);
        Assert.True((await api.SayAsync("with a length")).Ok);
        Assert.True((await api.SendAsync($"sendMessage?chat_id={api.Chat.Id}&text=in+the%20query", new ByteArrayContent([]))).Ok);

        Assert.Equal(["chunked", "with a length", "in the query"], api.Chat.BotTexts);
    }

    [Theory]
    [InlineData("sendNothing", "{}", 404, "Not Found: method not found")]
    [InlineData("sendMessage", "{\"text\":", 400, "Bad Request: Can't parse request JSON object")]
    [InlineData("sendMessage", "{}", 400, "Bad Request: message text is empty")]
    [InlineData("getUpdates", "{}", 501, "Not Implemented: a lean fake has no getUpdates")]
    public async Task A_refused_call_leaves_the_connection_open(string method, string json, int code, string description)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using var line = await Line.OpenAsync(api);

        await line.SendAsync(Post(api, method, json));
        var answer = await line.AnswerAsync();
        Assert.StartsWith($"HTTP/1.1 {code} ", answer);
        Assert.Contains($"\"description\":\"{description}\"", answer);
        Assert.DoesNotContain(Closed, answer);

        await line.SendAsync(Say(api, "still here"));
        Assert.Contains("\"ok\":true", await line.AnswerAsync());
    }

    [Fact]
    public async Task Unknown_tokens_and_what_a_lean_fake_has_not_are_refused()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });

        Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync("getMe", new ByteArrayContent([]), "7:wrong")).Status);
        Assert.Equal("Unauthorized: invalid token specified", (await api.SendAsync("getMe", new ByteArrayContent([]), "wrong")).Description);
        Assert.Equal("Not Implemented: a lean fake has no bodies other than JSON", (await api.SendAsync("sendMessage", new StringContent("text=1"))).Description);
        Assert.Throws<InvalidOperationException>(() => api.Server.Faults.TooManyRequests("sendMessage", 3));
        using var line = await Line.OpenAsync(api);
        await line.SendAsync($"GET /file/bot{api.Bot.Token}/photos/file_1 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 501 ", await line.AnswerAsync());
        Assert.StartsWith("HTTP/1.1 404 ", await line.AnswerAsync());
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", 417)]
    [InlineData("POST / HTTP/1.1\r\nno colon\r\n\r\n", 400)]
    [InlineData("DELETE / HTTP/1.1\r\n\r\n", 405)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", 400)]
    [InlineData("\r\n\r\n", 400)]
    public async Task What_is_too_long_or_not_understood_ends_the_connection(string request, int code)
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using var line = await Line.OpenAsync(api);

        await line.SendAsync(request);
        var answer = await line.AnswerAsync();

        Assert.StartsWith($"HTTP/1.1 {code} ", answer);
        Assert.Contains(Closed, answer);
        Assert.True(await line.EndsAsync());
    }

    [Fact]
    public async Task A_head_without_end_is_refused_and_a_long_body_is_not()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using (var line = await Line.OpenAsync(api))
        {
            await line.SendAsync("GET / HTTP/1.1\r\nX: " + new string('x', LeanRequest.LongestHead));
            Assert.StartsWith("HTTP/1.1 431 ", await line.AnswerAsync());
            Assert.True(await line.EndsAsync());
        }

        var said = Say(api, "long");
        using var other = await Line.OpenAsync(api);
        await other.SendAsync(Post(api, "sendMessage", $$"""{"chat_id":{{api.Chat.Id}},"text":"long"{{new string(' ', LeanRequest.LongestBody - 64)}}}"""));
        Assert.Contains("\"text\":\"long\"", await other.AnswerAsync());
        await other.SendAsync(said[..^3] + new string('\n', 3) + said);
        Assert.StartsWith("HTTP/1.1 400 ", await other.AnswerAsync());
        Assert.Contains("\"text\":\"long\"", await other.AnswerAsync());
    }

    [Fact]
    public async Task A_client_that_wants_to_leave_gets_its_answer_first()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true });
        using var line = await Line.OpenAsync(api);

        await line.SendAsync($"GET /bot{api.Bot.Token.Replace(":", "%3A", StringComparison.Ordinal)}/getMe HTTP/1.1\r\nConnection: Close\r\n\r\n");

        Assert.Contains("\"ok\":true", await line.AnswerAsync());
        Assert.True(await line.EndsAsync());
    }

    [Fact]
    public async Task Many_connections_are_served_side_by_side()
    {
        await using var api = await FakeApi.StartAsync(new() { Lean = true, Limits = FloodLimits.Off });

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), TestContext.Current.CancellationToken, async (n, _) =>
        {
            using var line = await Line.OpenAsync(api);
            for (var i = 0; i < 50; i++)
            {
                await line.SendAsync(Say(api, $"{n}: {i}"));
                Assert.Contains($"\"text\":\"{n}: {i}\"", await line.AnswerAsync());
            }
        });

        Assert.Equal(16 * 50, api.Chat.BotTexts.Distinct().Count());
    }

    private static string Say(FakeApi api, string text) => Post(api, "sendMessage", $$"""{"chat_id":{{api.Chat.Id}},"text":"{{text}}"}""");

    private static string Post(FakeApi api, string method, string json) =>
        $"POST /bot{api.Bot.Token}/{method} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}";

    /// <summary>A connection of a client without any manners of its own.</summary>
    private sealed class Line : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _buffer = new byte[8192];
        private string _text = "";

        public static async Task<Line> OpenAsync(FakeApi api)
        {
            var line = new Line();
            await line._socket.ConnectAsync(IPAddress.Loopback, api.Server.Url.Port, TestContext.Current.CancellationToken);
            return line;
        }

        public async Task SendAsync(string text)
        {
            for (var rest = Encoding.UTF8.GetBytes(text).AsMemory(); rest.Length > 0;) rest = rest[await _socket.SendAsync(rest, TestContext.Current.CancellationToken)..];
        }

        /// <summary>The next answer, head and body.</summary>
        public async Task<string> AnswerAsync()
        {
            while (true)
            {
                if (_text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var end)
                {
                    const string name = "Content-Length: ";
                    var length = int.Parse(_text[(_text.IndexOf(name, StringComparison.Ordinal) + name.Length)..end].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
                    if (_text.Length >= end + 4 + length)
                    {
                        var answer = _text[..(end + 4 + length)];
                        _text = _text[answer.Length..];
                        return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer));
                    }
                }

                if (!await ReadAsync()) Assert.Fail($"The connection ended within an answer: {_text}");
            }
        }

        public async Task<bool> EndsAsync() => _text.Length == 0 && !await ReadAsync();

        public void Dispose() => _socket.Dispose();

        private async Task<bool> ReadAsync()
        {
            var read = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken);
            // A character a byte, as the lengths count.
            _text += Encoding.Latin1.GetString(_buffer.AsSpan(0, read));
            return read > 0;
        }
    }
}
