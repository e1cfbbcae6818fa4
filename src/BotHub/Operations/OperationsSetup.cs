using System.Globalization;
using BotHub.Configuration;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BotHub.Operations;

/// <summary>Wires the room: what operators see of a hub, and what callers see when something fails.</summary>
public static class OperationsSetup
{
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        builder.AddSecretFiles();
        builder.AddLaunch();
        builder.AddConsoleLogs();
        builder.AddTelemetry();
        services.AddProblemAnswers();
        services.AddContractDocument();
        services.AddConfigurationGuard();
        services.AddSingleton<StoreProbe>();
        services.AddSingleton<UsageProbe>();
        services.AddSingleton<HubStatusReader>();
        services.AddHostedService<StartBanner>();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = Drain(builder.Configuration) + TimeSpan.FromSeconds(15));
        return builder;
    }

    /// <summary>
    /// The host must outlive the drain of running turns. It wants to know before any options are validated, so a wrong value is left
    /// to the validator that runs at start.
    /// </summary>
    private static TimeSpan Drain(IConfiguration configuration) =>
        TimeSpan.TryParse(configuration[$"{PipelineOptions.Section}:{nameof(PipelineOptions.Drain)}"], CultureInfo.InvariantCulture, out var drain) && drain >= TimeSpan.Zero && drain <= TimeSpan.FromHours(1)
            ? drain
            : new PipelineOptions().Drain;

    /// <summary>Comes before everything that can fail; behind the routing, which does not.</summary>
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
