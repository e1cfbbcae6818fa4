using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>The books for operators: <c>GET /api/usage</c>, behind a key of its own, and not there without one.</summary>
public static class UsageEndpoint
{
    private const string Route = "/api/usage", Scheme = "Bearer ";

    /// <summary>Days that one answer may be about.</summary>
    private const int MostDays = 400;

    public static IEndpointRouteBuilder MapUsage(this IEndpointRouteBuilder app)
    {
        app.MapGet(Route, ReadAsync).WithTags("Operations")
            .Produces<UsageDocument>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(503);
        return app;
    }

    private static async Task<IResult> ReadAsync(
        HttpContext http, string? from, string? to, string? by, string? format, string? tenant, IBooks books, UsageSettings settings, IOptions<UsageOptions> options, TimeProvider clock)
    {
        if (options.Value is not { Enabled: true, ApiKey: { Length: > 0 } key }) return Problem(404, "not_found", "Nothing is here.");
        if (!Opens(http, key))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(401, "unauthorized", "Send Usage:ApiKey as 'Authorization: Bearer …'.");
        }

        var today = settings.Calendar.DayOf(clock.GetUtcNow());
        if (!TryDay(from, UsageCalendar.MonthOf(today), out var first) || !TryDay(to, today, out var last)) return Bad("'from' and 'to' are days such as 2026-01-31.");
        if (last < first || last.DayNumber - first.DayNumber >= MostDays) return Bad($"'to' is at most {MostDays - 1} days after 'from'.");
        if (!Enum.TryParse<UsageScope>(by ?? nameof(UsageScope.Tenant), ignoreCase: true, out var scope) || !Enum.IsDefined(scope) || int.TryParse(by, out _))
            return Bad("'by' is user, group, channel, tenant or model.");
        if (format is not (null or "json" or "csv")) return Bad("'format' is json or csv.");

        try
        {
            var tenants = await books.ReadTenantsAsync(http.RequestAborted);
            if (tenant is not null) tenants = [.. tenants.Where(t => t == tenant)];
            var page = new UsagePage(books, tenants, scope, first, last, settings.Currency);
            // The first row before the first byte: a store that is away then still is an error and no torn answer.
            await page.StartAsync(http.RequestAborted);
            return format == "csv" ? new UsageCsv(page) : new UsageJson(page);
        }
        catch (StoreUnavailableException)
        {
            http.Response.Headers.RetryAfter = "2";
            return Problem(503, "store_unavailable", "The store is away for the moment. Ask again soon.");
        }
    }

    /// <summary>Takes as long for a wrong key as for the right one.</summary>
    private static bool Opens(HttpContext http, string key)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var given = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    private static bool TryDay(string? text, DateOnly otherwise, out DateOnly day)
    {
        day = otherwise;
        return text is null || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Bad(string detail) => Problem(400, "invalid", detail);

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
}
