using System.Globalization;
using System.Text;
using System.Text.Json;
using BotHub.Core.Usage;

namespace BotHub.Usage;

/// <summary>One answer of the endpoint, written as it is read.</summary>
internal sealed class UsagePage(IBooks books, IReadOnlyList<string> tenants, UsageScope by, DateOnly from, DateOnly to, string currency)
{
    private IAsyncEnumerator<(string Tenant, UsageRow Row)>? _rows;
    private bool _any;

    public string Currency => currency;
    public UsageScope By => by;
    public DateOnly From => from;
    public DateOnly To => to;

    public async Task StartAsync(CancellationToken cancel)
    {
        _rows = ReadAsync(cancel).GetAsyncEnumerator(cancel);
        _any = await _rows.MoveNextAsync();
    }

    public async IAsyncEnumerable<(string Tenant, UsageRow Row)> RowsAsync()
    {
        await using var rows = _rows!;
        for (; _any; _any = await rows.MoveNextAsync()) yield return rows.Current;
    }

    /// <summary>Money as a decimal number, exact to the billionth.</summary>
    public static string Money(UsageSum sum) => (sum.Nanos / Price.Nanos).ToString("0.#########", CultureInfo.InvariantCulture);

    private async IAsyncEnumerable<(string, UsageRow)> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var tenant in tenants)
            await foreach (var row in books.ListAsync(tenant, by, from, to, cancel)) yield return (tenant, row);
    }
}

/// <summary>The answer as JSON; this is also how the contract describes it.</summary>
internal sealed record UsageDocument(string Currency, string By, DateOnly From, DateOnly To, IReadOnlyList<UsageDocumentRow> Rows);

/// <param name="Turns">Answered messages; by model, its calls.</param>
/// <param name="PromptTokens">Cached ones included.</param>
/// <param name="Money">In <c>currency</c>, exact to the billionth.</param>
/// <param name="Seconds">Time of calls.</param>
internal sealed record UsageDocumentRow(DateOnly Day, string Tenant, string Id, long Turns, long PromptTokens, long CachedTokens, long CompletionTokens, decimal Money, double Seconds)
{
    public static UsageDocumentRow Of(string tenant, UsageRow row) => new(
        row.Day, tenant, row.Id, row.Sum.Turns, row.Sum.PromptTokens, row.Sum.CachedTokens, row.Sum.CompletionTokens, row.Sum.Nanos / Price.Nanos, row.Sum.Milliseconds / 1000.0);
}

internal sealed class UsageJson(UsagePage page) : IResult
{
    private const int Flush = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("currency", page.Currency);
        json.WriteString("by", page.By.ToString().ToLowerInvariant());
        json.WriteString("from", page.From.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("to", page.To.ToString("O", CultureInfo.InvariantCulture));
        json.WriteStartArray("rows");
        await foreach (var (tenant, row) in page.RowsAsync())
        {
            JsonSerializer.Serialize(json, UsageDocumentRow.Of(tenant, row), UsageDocumentJson.Default.UsageDocumentRow);
            if (json.BytesPending < Flush) continue;
            await json.FlushAsync(httpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[System.Text.Json.Serialization.JsonSerializable(typeof(UsageDocumentRow))]
internal sealed partial class UsageDocumentJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>The answer as CSV (RFC 4180). Ids are other people's texts: none is left to a spreadsheet as a formula.</summary>
internal sealed class UsageCsv(UsagePage page) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8; header=present";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"usage-{page.By.ToString().ToLowerInvariant()}-{page.From:yyyyMMdd}-{page.To:yyyyMMdd}.csv\"");
        await using var text = new StreamWriter(response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 32 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync($"day,tenant,{page.By.ToString().ToLowerInvariant()},turns,prompt_tokens,cached_tokens,completion_tokens,money_{Cell(page.Currency)},seconds");
        await foreach (var (tenant, row) in page.RowsAsync())
        {
            var s = row.Sum;
            await text.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Day:yyyy-MM-dd},{Cell(tenant)},{Cell(row.Id)},{s.Turns},{s.PromptTokens},{s.CachedTokens},{s.CompletionTokens},{UsagePage.Money(s)},{s.Milliseconds / 1000.0:0.###}"));
        }
    }

    /// <summary>
    /// In quotes where it must be; with an apostrophe before what a spreadsheet would compute (OWASP, CSV injection).
    /// </summary>
    public static string Cell(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
