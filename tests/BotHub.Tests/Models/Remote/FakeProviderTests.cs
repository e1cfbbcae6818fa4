using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BotHub.FakeOpenAI;

namespace BotHub.Tests.Models.Remote;

/// <summary>The fake is as strict as the documented protocol: spoken to without any SDK.</summary>
public sealed class FakeProviderTests : IAsyncLifetime
{
    private FakeOpenAIServer _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeOpenAIServer.StartAsync();
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = _server.Url };
        _http.DefaultRequestHeaders.Add("api-key", _server.Options.Key);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}]}""", 200, null)]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}],"temperature":0.5,"max_tokens":5}""", 200, null)]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}""", 200, null)]
    [InlineData("gpt-4o", """{"messages":[]}""", 400, "empty_array")]
    [InlineData("gpt-4o", """{}""", 400, "missing_required_parameter")]
    [InlineData("gpt-4o", """[]""", 400, null)]
    [InlineData("gpt-4o", """{"messages":""", 400, null)]
    [InlineData("gpt-4o", """{"messages":[{"role":"robot","content":"hi"}]}""", 400, "invalid_value")]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":null}]}""", 400, "invalid_type")]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}],"top_k":4}""", 400, null)]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}],"temperature":3}""", 400, "invalid_value")]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":5,"max_completion_tokens":5}""", 400, "invalid_parameter_combination")]
    [InlineData("gpt-4o", """{"messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true}}""", 400, null)]
    [InlineData("o3", """{"messages":[{"role":"developer","content":"hi"}],"max_completion_tokens":50}""", 200, null)]
    [InlineData("o3", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":5}""", 400, "unsupported_parameter")]
    [InlineData("o3", """{"messages":[{"role":"user","content":"hi"}],"temperature":0.5}""", 400, "unsupported_value")]
    [InlineData("o3", """{"messages":[{"role":"user","content":"hi"}],"stop":["x"]}""", 400, "unsupported_parameter")]
    [InlineData("o1-mini", """{"messages":[{"role":"system","content":"hi"}]}""", 400, "unsupported_value")]
    [InlineData("nobody", """{"messages":[{"role":"user","content":"hi"}]}""", 404, "DeploymentNotFound")]
    public async Task A_request_is_held_to_the_documented_shape(string deployment, string body, int status, string? code)
    {
        using var response = await PostAsync($"/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21", body);

        Assert.Equal(status, (int)response.StatusCode);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (status == 200) Assert.StartsWith("You said: hi", json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), StringComparison.Ordinal);
        else Assert.Equal(code, json.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("/openai/deployments/gpt-4o/chat/completions", HttpStatusCode.NotFound)]
    [InlineData("/openai/deployments/gpt-4o/chat/completions?api-version=soon", HttpStatusCode.BadRequest)]
    [InlineData("/v1/chat/completions", HttpStatusCode.Unauthorized)]
    [InlineData("/openai/v1/chat/completions", HttpStatusCode.OK)]
    public async Task Each_address_has_its_own_way_to_be_called(string path, HttpStatusCode status)
    {
        using var response = await PostAsync(path, """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_stream_tells_its_usage_last_and_only_if_it_is_asked_to()
    {
        const string Request = """{"messages":[{"role":"user","content":"hi"}],"stream":true""";

        var without = await StreamAsync(Request + "}");
        var with = await StreamAsync(Request + ",\"stream_options\":{\"include_usage\":true}}");

        Assert.DoesNotContain(without, l => l.Contains("usage", StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", with[^1]);
        Assert.Contains("\"choices\":[]", with[^2], StringComparison.Ordinal);
        Assert.Contains("\"usage\":{", with[^2], StringComparison.Ordinal);
        Assert.Contains("prompt_filter_results", with[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_can_be_planned_and_requests_read_over_http()
    {
        using var planned = await _http.PostAsJsonAsync("/fake/faults", new { kind = "Status", status = 429, retryAfter = 7, times = 1 });
        Assert.Equal(HttpStatusCode.NoContent, planned.StatusCode);

        using var refused = await PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""");
        using var answered = await PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        Assert.Equal(2, (await _http.GetFromJsonAsync<JsonElement>("/fake/requests")).GetArrayLength());
        Assert.Equal(1, _server.Faults.Happened);
    }

    private async Task<List<string>> StreamAsync(string body)
    {
        using var response = await PostAsync("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", body);
        return [.. (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await _http.PostAsync(path, content);
    }
}
