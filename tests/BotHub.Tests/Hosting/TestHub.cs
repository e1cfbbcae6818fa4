using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using BotHub.Core.Models;
using BotHub.Core.Prompts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BotHub.Tests.Hosting;

/// <summary>The whole host in this process: real Kestrel on loopback, real embedded store in a folder of its own, a fake model.</summary>
public sealed class TestHub : WebApplicationFactory<Program>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bothub-test-").FullName;
    private readonly Dictionary<string, string?> _settings;
    private int _disposed;

    public TestHub(params (string Key, string Value)[] settings)
        : this(0, settings)
    {
    }

    /// <param name="port">Where it listens; 0 takes a free one.</param>
    public TestHub(int port, params (string Key, string Value)[] settings)
    {
        _settings = settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        _settings.TryAdd("Storage:Directory", _folder);
        // What a test leaves hanging ends with it, and not after the drain of a hub in earnest.
        _settings.TryAdd("Pipeline:Drain", "00:00:01");
        _settings.TryAdd("Channels:Web:MessagesPerMinute", "100000");
        _settings.TryAdd("Channels:Web:ConversationsPerMinute", "100000");
        UseKestrel(port);
    }

    public FakeModel Model { get; } = new();

    /// <summary>True: the models of the section <c>Models</c> answer, as in earnest, instead of <see cref="Model"/>.</summary>
    public bool ConfiguredModels { get; init; }

    public LogCollector Logs { get; } = new();

    /// <summary>Changes what the host is made of, last of all.</summary>
    public Action<IServiceCollection>? Replace { get; init; }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureLogging(l => l.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Debug));
        builder.ConfigureTestServices(s =>
        {
            s.AddSingleton<IPromptLibrary>(Model);
            if (!ConfiguredModels) s.AddSingleton<IModelDirectory>(Model);
            Replace?.Invoke(s);
        });
    }

    public HttpClient Http()
    {
        StartServer();
        return CreateClient();
    }

    public async Task<TestVisitor> VisitAsync()
    {
        var http = Http();
        using var response = await http.PostAsJsonAsync("/api/chat/conversations", new { });
        response.EnsureSuccessStatusCode();
        var created = await response.Content.ReadFromJsonAsync<JsonElement>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", created.GetProperty("token").GetString());
        return new TestVisitor(http, created.GetProperty("conversation").GetString()!);
    }

    protected override void Dispose(bool disposing)
    {
        // The factory comes by here twice: its DisposeAsync calls Dispose again.
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        base.Dispose(disposing);
        // Told to stop from two sides (the factory and Program.RunAsync), the store may still be closing its files.
        try { Directory.Delete(_folder, recursive: true); }
        catch (IOException) { /* the temporary folder's next cleaning takes it */ }
    }
}

/// <summary>One visitor of the chat page, speaking the contract.</summary>
/// <param name="first">The number of its first message: another one where it comes back.</param>
public sealed class TestVisitor(HttpClient http, string id, int first = 0)
{
    private int _next = first;

    public HttpClient Http => http;
    public string Id => id;
    public string Base => $"/api/chat/conversations/{id}";

    public Task<HttpResponseMessage> PostAsync(string text, string? messageId = null) =>
        http.PostAsJsonAsync($"{Base}/messages", new { id = messageId ?? $"m{_next++}", text });

    /// <summary>Posts a message and waits until its answer is written down.</summary>
    public async Task<Message> AskAsync(string text)
    {
        await using var events = await FollowAsync();
        using var response = await PostAsync(text);
        response.EnsureSuccessStatusCode();
        var sent = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString();
        while (true)
        {
            // A snapshot stands for everything up to it: for the end of a turn that was begun anew, too.
            var e = await events.NextAsync("RUN_FINISHED", "RUN_ERROR", "MESSAGES_SNAPSHOT");
            var messages = await MessagesAsync();
            var turn = messages.First(m => m.Id == sent).Turn;
            var ended = !e.TryGetProperty("runId", out var run) || run.GetString() == turn;
            if (ended && messages.FirstOrDefault(m => m.Role == "assistant" && m.Turn == turn) is { } answer) return answer;
        }
    }

    public async Task<IReadOnlyList<Message>> MessagesAsync(string query = "")
    {
        var page = await http.GetFromJsonAsync<JsonElement>($"{Base}/messages{query}");
        return [.. page.GetProperty("messages").EnumerateArray().Select(m => m.Deserialize<Message>(JsonSerializerOptions.Web)!)];
    }

    public Task<JsonElement> LedgerAsync(string turn) => http.GetFromJsonAsync<JsonElement>($"{Base}/turns/{turn}");

    public async Task<TestStream> FollowAsync(long? after = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Base}/events{(after is { } n ? $"?after={n}" : "")}");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new TestStream(response, await response.Content.ReadAsStreamAsync());
    }

    public sealed record Message(string Id, string Role, string Text, DateTimeOffset At, string State, string Turn);
}

/// <summary>An open event stream; every wait has an end.</summary>
public sealed class TestStream(HttpResponseMessage response, Stream body) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    private readonly Queue<string> _seen = new();

    public long LastId { get; private set; }

    /// <summary>The next event, or the next of one of these types.</summary>
    public async Task<JsonElement> NextAsync(params string[] types)
    {
        while (true)
        {
            if (!await MoveAsync()) throw new InvalidOperationException("The stream ended.");
            LastId = long.Parse(_items.Current.EventId!, System.Globalization.CultureInfo.InvariantCulture);
            _seen.Enqueue(_items.Current.Data);
            var e = JsonSerializer.Deserialize<JsonElement>(_items.Current.Data);
            if (types.Length == 0 || types.Contains(e.GetProperty("type").GetString())) return e;
        }
    }

    public ValueTask DisposeAsync()
    {
        response.Dispose();
        return default;
    }

    private async Task<bool> MoveAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            return await _items.MoveNextAsync().AsTask().WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            // A test that failed once, on another machine, has to be understood from this.
            var quiet = TimeProvider.System.GetElapsedTime(started);
            throw new TimeoutException($"No event in {quiet.TotalSeconds:0.#} s, after:\n{string.Join('\n', _seen)}", e);
        }
    }
}
