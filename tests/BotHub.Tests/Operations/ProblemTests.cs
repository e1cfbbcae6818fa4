using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace BotHub.Tests.Operations;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("DELETE", "/status", 405, "method_not_allowed")]
    [InlineData("GET", "/boom", 500, "internal")]
    [InlineData("GET", "/away", 503, "unavailable")]
    [InlineData("GET", "/api/chat/conversations/x/events", 401, "unauthorized")]
    public async Task Every_error_is_a_problem_with_a_code_and_a_trace_id_whatever_the_client_accepts(string method, string path, int status, string code)
    {
        await using var host = await OperationsHost.StartAsync();
        foreach (var accept in new[] { "*/*", "text/html", "text/event-stream", "application/json" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Accept = { MediaTypeWithQualityHeaderValue.Parse(accept) } } };
            using var response = await host.Client.SendAsync(request);
            await AssertProblemAsync(response, status, code);
        }
    }

    [Theory]
    [InlineData("{", 400, "invalid")]
    [InlineData("[]", 400, "invalid")]
    [InlineData("{\"locale\": 5}", 400, "invalid")]
    public async Task A_body_that_is_no_such_json_is_a_problem(string body, int status, string code)
    {
        await using var host = await OperationsHost.StartAsync();
        using var response = await host.Client.PostAsync("/api/chat/conversations", new StringContent(body, Encoding.UTF8, "application/json"));
        await AssertProblemAsync(response, status, code);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_a_problem()
    {
        await using var host = await OperationsHost.StartAsync();
        using var response = await host.Client.PostAsync("/api/chat/conversations", new StringContent(new string(' ', 20_000), Encoding.UTF8, "application/json"));
        await AssertProblemAsync(response, 413, "too_large");
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }
}
