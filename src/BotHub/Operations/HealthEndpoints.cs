using Microsoft.AspNetCore.Http.HttpResults;

namespace BotHub.Operations;

/// <summary>What load balancers, orchestrators and people ask a node.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").WithTags("Operations").DisableHttpMetrics();
        group.AddEndpointFilter(static (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return next(context);
        });
        // No checks: a process that can answer must not be killed because its store is away.
        group.MapGet("/health/live", () => TypedResults.Text("live"));
        group.MapGet("/health/ready", ReadyAsync).Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/status", StatusAsync).Produces<HubStatus>().Produces<HubStatus>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<JsonHttpResult<Readiness>> ReadyAsync(HubStatusReader reader)
    {
        var readiness = await reader.CheckAsync();
        return TypedResults.Json(readiness, StatusJson.Default.Readiness, statusCode: Code(readiness.Ready));
    }

    private static async Task<JsonHttpResult<HubStatus>> StatusAsync(HubStatusReader reader)
    {
        var status = await reader.ReadAsync();
        return TypedResults.Json(status, StatusJson.Default.HubStatus, statusCode: Code(status.Store.Available));
    }

    private static int Code(bool well) => well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
