using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BotHub.FakeTelegram;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Channels.Telegram.Fake;

/// <summary>A fake Telegram with one bot and one person, spoken to over plain HTTP. Its clock stands still until it is moved.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    private FakeApi(FakeTelegramServer server, FakeTimeProvider time)
    {
        (Server, Time) = (server, time);
        Bot = server.AddBot("strict_bot");
        Ada = server.AddUser("Ada", "ada");
        Chat = Bot.PrivateChat(Ada);
    }

    public FakeTelegramServer Server { get; }
    public FakeTimeProvider Time { get; }
    public FakeBot Bot { get; }
    public FakeUser Ada { get; }
    public FakeChat Chat { get; }

    public static async Task<FakeApi> StartAsync(FakeTelegramOptions? options = null)
    {
        var time = new FakeTimeProvider(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        return new(await FakeTelegramServer.StartAsync((options ?? new()) with { Time = time }), time);
    }

    public Task<Answer> CallAsync(string method, object arguments) => SendAsync(method, new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(arguments)) { Headers = { ContentType = new("application/json") } });

    public Task<Answer> SayAsync(string text, string? parseMode = null) => CallAsync("sendMessage", new { chat_id = Chat.Id, text, parse_mode = parseMode });

    public Task<Answer> SayAsync(string text, params object[] entities) => CallAsync("sendMessage", new { chat_id = Chat.Id, text, entities });

    public async Task<Answer> SendAsync(string method, HttpContent content, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Url, $"/bot{token ?? Bot.Token}/{method}")) { Content = content };
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new(response.StatusCode, Encoding.UTF8.GetString(body), response.Headers.RetryAfter);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>What a call was answered.</summary>
    internal sealed record Answer(HttpStatusCode Status, string Body, RetryConditionHeaderValue? RetryAfter)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
        public bool Ok => Json.GetProperty("ok").GetBoolean();
        public JsonElement Result => Json.GetProperty("result");
        public string Description => Json.TryGetProperty("description", out var text) ? text.GetString()! : "";
        public int Seconds => Json.GetProperty("parameters").GetProperty("retry_after").GetInt32();
    }
}

/// <summary>A webhook that answers as it is told and notes what came.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<(string Body, string Secret)> _seen = [];

    private Hook(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();
    public Func<int, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;
    public (string Body, string Secret)[] Seen
    {
        get
        {
            lock (_seen) return [.. _seen];
        }
    }

    public static async Task<Hook> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var hook = new Hook(builder.Build());
        hook._app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            int count;
            lock (hook._seen)
            {
                hook._seen.Add((body, context.Request.Headers["X-Telegram-Bot-Api-Secret-Token"].ToString()));
                count = hook._seen.Count;
            }

            await hook.Answer(count, context);
        });
        await hook._app.StartAsync();
        return hook;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
