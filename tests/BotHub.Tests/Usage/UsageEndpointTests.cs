using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Usage;
using BotHub.Tests.Client;
using BotHub.Tests.Hosting;
using BotHub.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Usage;

public sealed class UsageEndpointTests
{
    private const string Key = "a-key-of-more-than-twenty-characters";

    [Fact]
    public async Task Operators_read_by_key_what_everybody_used_to_the_token()
    {
        await using var hub = new TestHub(("Usage:ApiKey", Key), ("Prices:fake:Prompt", "2"), ("Prices:fake:Completion", "10"), ("Channels:Web:Tenant", "acme"), ("Channels:Web:BotName", "Bot"));
        var (ann, ben) = (await hub.VisitAsync(), await hub.VisitAsync());
        Dictionary<string, (long Turns, long Prompt, long Completion)> expected = [];
        foreach (var (visitor, count) in new[] { (ann, 3), (ben, 2) })
        {
            for (var i = 0; i < count; i++)
            {
                var ledger = await visitor.LedgerAsync((await visitor.AskAsync($"say {i}")).Turn);
                var sum = expected.GetValueOrDefault($"web:{visitor.Id}");
                expected[$"web:{visitor.Id}"] = (sum.Turns + 1, sum.Prompt + ledger.GetProperty("promptTokens").GetInt64(), sum.Completion + ledger.GetProperty("completionTokens").GetInt64());
            }

            // Books what is not booked yet.
            await visitor.AskAsync("/usage");
        }

        using var http = OperatorOf(hub);
        var users = (await http.GetFromJsonAsync<HubUsage>("/api/usage?by=user"))!;
        Assert.Equal("EUR", users.Currency);
        Assert.Equal(
            expected.OrderBy(e => e.Key).Select(e => (e.Key, "acme", e.Value.Turns, e.Value.Prompt, e.Value.Completion, ((e.Value.Prompt * 2m) + (e.Value.Completion * 10m)) / 1_000_000m)),
            users.Rows.OrderBy(r => r.Id).Select(r => (r.Id, r.Tenant, r.Turns, r.PromptTokens, r.CompletionTokens, r.Money)));
        foreach (var by in new[] { "channel", "tenant", "model" })
        {
            var row = Assert.Single((await http.GetFromJsonAsync<HubUsage>($"/api/usage?by={by}&format=json"))!.Rows);
            Assert.Equal((by switch { "channel" => "web", "tenant" => "acme", _ => "fake" }, 5L, users.Rows.Sum(r => r.PromptTokens), users.Rows.Sum(r => r.Money)), (row.Id, row.Turns, row.PromptTokens, row.Money));
        }

        Assert.Empty((await http.GetFromJsonAsync<HubUsage>("/api/usage?by=group"))!.Rows);
        Assert.Empty((await http.GetFromJsonAsync<HubUsage>("/api/usage?from=2020-01-01&to=2020-12-31"))!.Rows);
        var csv = (await http.GetStringAsync("/api/usage?by=tenant&format=csv")).Split("\r\n");
        Assert.Equal("day,tenant,tenant,turns,prompt_tokens,cached_tokens,completion_tokens,money_EUR,seconds", csv[0]);
        Assert.Matches($@"^\d{{4}}-\d\d-\d\d,acme,acme,5,{users.Rows.Sum(r => r.PromptTokens)},0,15,0\.\d+,[\d.]+$", csv[1]);
        Assert.Equal("", csv[2]);

        // What routes with a limit of costs go by.
        var costs = hub.Services.GetRequiredService<IOverflowBudget>();
        Assert.Equal(users.Rows.Sum(r => r.Money), await costs.SpentTodayAsync("fake", CancellationToken.None));
        Assert.Equal(0, await costs.SpentTodayAsync("free", CancellationToken.None));

        // What anybody may see: sums, and nobody's name.
        string status;
        JsonElement usage;
        do
        {
            // A reading is handed out for a second.
            status = await http.GetStringAsync("/status");
            usage = JsonDocument.Parse(status).RootElement.GetProperty("usage");
        }
        while (usage.GetProperty("today").GetProperty("turns").GetInt64() < 5);
        Assert.Equal(users.Rows.Sum(r => r.PromptTokens), usage.GetProperty("month").GetProperty("promptTokens").GetInt64());
        Assert.DoesNotContain("money", usage.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(ann.Id, status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.NotFound)]
    [InlineData(null, Key, HttpStatusCode.NotFound)]
    [InlineData(Key, null, HttpStatusCode.Unauthorized)]
    [InlineData(Key, "", HttpStatusCode.Unauthorized)]
    [InlineData(Key, "another-key-of-twenty-characters", HttpStatusCode.Unauthorized)]
    public async Task Nobody_else_reads_anything(string? configured, string? given, HttpStatusCode expected)
    {
        await using var hub = configured is null ? new TestHub() : new TestHub(("Usage:ApiKey", configured));
        var http = hub.Http();
        if (given is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", given);
        using var response = await http.GetAsync("/api/usage");
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_visitors_token_opens_no_books()
    {
        await using var hub = new TestHub(("Usage:ApiKey", Key));
        using var response = await (await hub.VisitAsync()).Http.GetAsync("/api/usage");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("from=yesterday", "days such as")]
    [InlineData("from=2026-02-30", "days such as")]
    [InlineData("from=2026-02-02&to=2026-02-01", "at most 399 days after")]
    [InlineData("from=2020-01-01&to=2026-01-01", "at most 399 days after")]
    [InlineData("by=3", "'by' is user")]
    [InlineData("by=planet", "'by' is user")]
    [InlineData("format=xml", "'format' is json or csv")]
    public async Task A_wrong_parameter_is_told(string query, string detail)
    {
        await using var hub = new TestHub(("Usage:ApiKey", Key));
        using var http = OperatorOf(hub);
        using var response = await http.GetAsync($"/api/usage?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(detail, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-2,3", "\"'-2,3\"")]
    [InlineData("+a\"b", "\"'+a\"\"b\"")]
    [InlineData("\tx", "'\tx")]
    [InlineData("a\nb", "\"a\nb\"")]
    public void No_id_is_left_to_a_spreadsheet_as_a_formula(string id, string cell) => Assert.Equal(cell, UsageCsv.Cell(id));

    [Fact]
    public async Task Without_usage_nothing_is_written_down()
    {
        await using var hub = new TestHub(("Usage:Enabled", "false"), ("Usage:ApiKey", Key));
        var visitor = await hub.VisitAsync();
        await visitor.AskAsync("say one");
        Assert.Equal("What you use is not written down here.", (await visitor.AskAsync("/usage")).Text);
        var books = hub.Services.GetRequiredService<IBooks>();
        await books.SettleAsync(ConversationId.Of("web", "default", visitor.Id), CancellationToken.None);
        Assert.Empty(await books.ReadTenantsAsync(CancellationToken.None));
        using var response = await OperatorOf(hub).GetAsync("/api/usage");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static HttpClient OperatorOf(TestHub hub)
    {
        var http = hub.Http();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return http;
    }
}
