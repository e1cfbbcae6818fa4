using BotHub.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BotHub.Operations;

/// <summary>Wires the room: what operators see of a hub, and what callers see when something fails.</summary>
public static class OperationsSetup
{
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        builder.AddConsoleLogs();
        builder.AddTelemetry();
        services.AddProblemAnswers();
        services.AddContractDocument();
        services.AddConfigurationGuard();
        services.AddSingleton<StoreProbe>();
        services.AddSingleton<HubStatusReader>();
        services.AddHostedService<StartBanner>();
        // The host must outlive the drain of running turns.
        services.AddOptions<HostOptions>().Configure<IOptions<PipelineOptions>>((host, pipeline) => host.ShutdownTimeout = pipeline.Value.Drain + TimeSpan.FromSeconds(15));
        return builder;
    }

    /// <summary>Comes before everything that can fail.</summary>
    public static WebApplication UseOperations(this WebApplication app)
    {
        app.UseExceptionHandler(ProblemAnswers.ForExceptions);
        app.UseStatusCodePages();
        return app;
    }

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder app)
    {
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").DisableHttpMetrics();
        return app;
    }
}
