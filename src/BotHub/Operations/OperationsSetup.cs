using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Operations;

public static class OperationsSetup
{
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions["traceId"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier);
        // The host must outlive the drain of running turns.
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<PipelineOptions>>((host, pipeline) => host.ShutdownTimeout = pipeline.Value.Drain + TimeSpan.FromSeconds(15));
        return builder;
    }

    public static WebApplication UseOperations(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        return app;
    }

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => "live");
        return app;
    }
}
