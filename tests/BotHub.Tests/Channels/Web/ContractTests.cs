using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BotHub.Channels.Web;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Channels.Web;

/// <summary>The web channel's contract, and what happens to those who do not keep it.</summary>
public sealed class ContractTests(ContractTests.Fixture fixture) : IClassFixture<ContractTests.Fixture>
{
    private readonly TestHub _hub = fixture.Hub;

    public sealed class Fixture : IDisposable
    {
        public TestHub Hub { get; } = new(("Storage:MailboxLimit", "20"));

        public void Dispose() => Hub.Dispose();
    }

    [Theory]
    [InlineData("GET", "/", true)]
    [InlineData("GET", "/nowhere", true)]
    [InlineData("GET", "/health/live", true)]
    [InlineData("POST", "/telegram/nobody", false)]
    public async Task Browsers_are_told_to_keep_everything_else_out_and_a_webhooks_caller_is_not(string method, string path, bool told)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _hub.Http().SendAsync(request);

        Assert.Equal(told, response.Headers.TryGetValues("Content-Security-Policy", out var policy) && policy.Single().StartsWith("default-src 'none'", StringComparison.Ordinal));
        Assert.Equal(told, response.Headers.Contains("X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_message_is_answered_and_streamed_as_documented()
    {
        var visitor = await _hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using var accepted = await visitor.PostAsync("say Hello 👋 world", "first");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var body = await accepted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("first", body.GetProperty("message").GetString());
        Assert.Equal(0, body.GetProperty("position").GetInt32());

        List<string> types = [];
        var text = new StringBuilder();
        long last = 0;
        do
        {
            var e = await events.NextAsync();
            Assert.True(events.LastId > last, "ids must grow");
            last = events.LastId;
            types.Add(e.GetProperty("type").GetString()!);
            if (types[^1] == "TEXT_MESSAGE_CONTENT") text.Append(e.GetProperty("delta").GetString());
        }
        while (types[^1] != "RUN_FINISHED");

        Assert.Equal(["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "CUSTOM", "RUN_FINISHED"], types);
        Assert.Equal("Hello 👋 world", text.ToString());
        var messages = await visitor.MessagesAsync();
        Assert.Equal([("first", "user", "done"), ("t0.a", "assistant", "done")], messages.Select(m => (m.Id, m.Role, m.State)));
        Assert.Equal(text.ToString(), messages[1].Text);
        var page = await visitor.Http.GetFromJsonAsync<JsonElement>($"{visitor.Base}/messages");
        Assert.Equal("Fake model", page.GetProperty("bot").GetProperty("model").GetString());
    }

    [Fact]
    public async Task The_notice_that_no_language_model_is_loaded_comes_with_every_turn()
    {
        using var hub = new TestHub();
        hub.Model.Named = hub.Model.Named with { Notice = "No language model is loaded." };
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        for (var i = 0; i < 2; i++)
        {
            using var accepted = await visitor.PostAsync($"say {i}");
            await events.NextAsync("RUN_STARTED");
            var notice = await events.NextAsync();
            Assert.Equal(("CUSTOM", "notice", "No language model is loaded."), (notice.GetProperty("type").GetString(), notice.GetProperty("name").GetString(), notice.GetProperty("value").GetProperty("text").GetString()));
            await events.NextAsync("RUN_FINISHED");
        }
    }

    [Fact]
    public async Task The_same_id_again_gives_the_same_answer_and_no_second_turn()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say one");
        using var again = await visitor.PostAsync("say one", "m0");
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await visitor.AskAsync("say two");
        Assert.Equal(["say one", "one", "say two", "two"], (await visitor.MessagesAsync()).Select(m => m.Text));
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"id":"a"}""", 400)]
    [InlineData("""{"id":"a","text":"   "}""", 400)]
    [InlineData("""{"text":"no id"}""", 400)]
    [InlineData("""{"id":"sp ace","text":"x"}""", 400)]
    [InlineData("""{"id":"t0.a","text":"the id of an answer"}""", 400)]
    [InlineData("""{"id":7,"text":"x"}""", 400)]
    [InlineData("""{"id":"a","text":"lone \ud83d surrogate"}""", 400)]
    [InlineData("""{"id":"a","text":"NUL \u0000 inside"}""", 202)]
    public async Task Hostile_bodies_get_the_right_status_and_no_exception_text(string json, int status)
    {
        var visitor = await _hub.VisitAsync();
        using var response = await visitor.Http.PostAsync($"{visitor.Base}/messages", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 400) return;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadAsStringAsync();
        Assert.Contains("traceId", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_long_texts_and_bodies_get_413()
    {
        var visitor = await _hub.VisitAsync();
        using var text = await visitor.PostAsync(new string('x', 16_001));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, text.StatusCode);
        using var body = await visitor.PostAsync(new string('x', 1_000_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.StatusCode);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"{visitor.Base}/messages") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"id":"a","text":"{{new string('x', 1_000_000)}}"}"""))) };
        chunked.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        chunked.Headers.TransferEncodingChunked = true;
        using var streamed = await visitor.Http.SendAsync(chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, streamed.StatusCode);
    }

    [Fact]
    public async Task The_longest_allowed_text_of_emoji_and_right_to_left_arrives_whole()
    {
        var visitor = await _hub.VisitAsync();
        var text = string.Concat(Enumerable.Repeat("👩‍🚀 שלום مرحبا ", 940));
        var answer = await visitor.AskAsync($"say {text}x");
        Assert.Equal($"say {text}x", (await visitor.MessagesAsync())[0].Text);
        Assert.Equal("failed", answer.State);
        Assert.Contains("too long for the model", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_open_exactly_their_conversation()
    {
        var (mine, other) = (await _hub.VisitAsync(), await _hub.VisitAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await mine.Http.GetAsync($"{other.Base}/messages")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await mine.Http.GetAsync("/api/chat/conversations/nobody/messages")).StatusCode);

        var token = mine.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (var forged in new[] { null, "", "x", token[..^2], token + "A", Swap(token, other.Id), "v1.unknown." + string.Join('.', token.Split('.')[2..]) })
        {
            mine.Http.DefaultRequestHeaders.Authorization = forged is null ? null : new AuthenticationHeaderValue("Bearer", forged);
            using var response = await mine.Http.GetAsync($"{mine.Base}/messages");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }

        static string Swap(string token, string other)
        {
            var parts = token.Split('.');
            parts[2] = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"c":"{{other}}","b":"default","exp":99999999999}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            return string.Join('.', parts);
        }
    }

    [Fact]
    public async Task Ten_thousand_messages_into_one_mailbox_are_bounded_and_none_accepted_is_lost()
    {
        var visitor = await _hub.VisitAsync();
        using (await visitor.PostAsync("hang", "head")) { }
        var accepted = new List<string> { "head" };
        for (var batch = 0; batch < 100; batch++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            {
                var id = $"b{batch}-{i}";
                using var response = await visitor.PostAsync($"say {id}", id);
                if (response.StatusCode != HttpStatusCode.Accepted)
                {
                    Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                    Assert.NotNull(response.Headers.RetryAfter);
                    return null;
                }

                return id;
            }));
            accepted.AddRange(results.OfType<string>());
        }

        Assert.Equal(20, accepted.Count);
        await using var events = await visitor.FollowAsync();
        using var stop = await visitor.Http.PostAsync($"{visitor.Base}/stop", null);
        Assert.Equal(HttpStatusCode.Accepted, stop.StatusCode);
        for (var i = 0; i < accepted.Count; i++) await events.NextAsync("RUN_FINISHED");
        var messages = await visitor.MessagesAsync("?limit=200");
        Assert.Equal(accepted.Order(), messages.Where(m => m.Role == "user").Select(m => m.Id).Order());
        Assert.Equal(accepted.Count, messages.Count(m => m.Role == "assistant"));
        Assert.Equal("stopped", messages[1].State);
    }

    [Fact]
    public async Task Who_is_too_fast_is_told_how_long_to_wait()
    {
        using var hub = new TestHub(("Channels:Web:ConversationsPerMinute", "1"), ("Channels:Web:MessagesPerMinute", "1"));
        var visitor = await hub.VisitAsync();
        using var another = await visitor.Http.PostAsJsonAsync("/api/chat/conversations", new { });
        // Twice as many may come in one burst.
        for (var i = 0; i < 2; i++)
        {
            using var accepted = await visitor.PostAsync($"say {i}");
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        }

        using var third = await visitor.PostAsync("say 2");
        foreach (var refused in new[] { another, third })
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(90)]
    [InlineData(1000)]
    public void A_limit_lets_through_as_many_a_minute_as_it_says(int rate)
    {
        using var limits = new WebLimits(Options.Create(new WebOptions { MessagesPerMinute = rate }));
        TimeSpan? wait;
        do wait = limits.TryPost("somebody");
        while (wait is null);
        Assert.Equal(TimeSpan.FromMinutes(1) / rate, wait);
    }

    [Fact]
    public async Task Stopping_an_answer_is_no_failure_and_no_warning()
    {
        using var hub = new TestHub(("Models:Default", "echo"), ("Models:echo:Type", "echo"), ("Models:echo:CharactersPerSecond", "20")) { ConfiguredModels = true };
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using var accepted = await visitor.PostAsync(new string('x', 10_000));
        await events.NextAsync("TEXT_MESSAGE_CONTENT");
        using var stop = await visitor.Http.PostAsync($"{visitor.Base}/stop", null);
        await events.NextAsync("RUN_FINISHED");
        Assert.DoesNotContain(hub.Logs.All.Split('\n'), l => l.StartsWith("Warning", StringComparison.Ordinal) || l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_streams_are_refused_and_places_come_back()
    {
        using var hub = new TestHub(("Channels:Web:StreamsPerConversation", "3"));
        var visitor = await hub.VisitAsync();
        var open = await Task.WhenAll(visitor.FollowAsync(), visitor.FollowAsync(), visitor.FollowAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, (await visitor.Http.GetAsync($"{visitor.Base}/events")).StatusCode);
        foreach (var stream in open) await stream.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var response = await visitor.Http.GetAsync($"{visitor.Base}/events", HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.IsSuccessStatusCode) break;
        }
    }

    [Fact]
    public async Task Messages_are_paged_backwards_without_gaps()
    {
        var visitor = await _hub.VisitAsync();
        for (var i = 0; i < 6; i++) await visitor.AskAsync($"say {i}");
        List<string> collected = [];
        string? before = null;
        while (true)
        {
            var page = await visitor.MessagesAsync($"?limit=5{(before is null ? "" : $"&before={before}")}");
            if (page.Count == 0) break;
            collected.InsertRange(0, page.Select(m => m.Text));
            before = page[0].Id;
        }

        Assert.Equal(Enumerable.Range(0, 6).SelectMany(i => new[] { $"say {i}", $"{i}" }), collected);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.Http.GetAsync($"{visitor.Base}/messages?before=nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.Http.GetAsync($"{visitor.Base}/messages?limit=0")).StatusCode);
    }

    [Fact]
    public async Task Other_origins_get_no_cors_headers_unless_allowed()
    {
        using var hub = new TestHub(("Channels:Web:AllowedOrigins:0", "https://shop.example"));
        using var http = hub.Http();
        foreach (var (origin, allowed) in new[] { ("https://shop.example", true), ("https://evil.example", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat/conversations") { Headers = { { "Origin", origin } } };
            using var response = await http.SendAsync(request);
            Assert.Equal(allowed, response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }
}
