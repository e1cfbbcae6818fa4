using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace BotHub.Tests.Operations;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Without_an_endpoint_nothing_is_set_up()
    {
        await using var host = await OperationsHost.StartAsync();

        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<LoggerProvider>());
    }

    [Fact]
    public async Task With_the_common_endpoint_all_three_signals_leave_without_secrets()
    {
        await using var collector = await Collector.StartAsync();
        await using var host = await OperationsHost.StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/chat/conversations/x/events?after=1&key=hidden-query")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "hidden-token") },
        };
        (await host.Client.SendAsync(request)).Dispose();
        (await host.Client.GetAsync("/health/ready?probe=1")).Dispose();

        Flush(host);

        var traces = string.Concat(collector.Received("/v1/traces"));
        Assert.Contains("/api/chat/conversations/{conversation}/events", traces, StringComparison.Ordinal);
        Assert.Contains("Redacted", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-query", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-token", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", traces, StringComparison.Ordinal);
        // This test's own client is traced too, with host and port before the path.
        Assert.DoesNotMatch(@"(?<!\d)/health/ready", traces);
        Assert.Contains("service.instance.id", traces, StringComparison.Ordinal);
        var metrics = string.Concat(collector.Received("/v1/metrics"));
        Assert.Contains("http.server.request.duration", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet.gc.collections", metrics, StringComparison.Ordinal);
        Assert.Contains("Chat page: ", string.Concat(collector.Received("/v1/logs")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_endpoint_of_one_signal_only_that_one_leaves()
    {
        await using var collector = await Collector.StartAsync();
        await using var host = await OperationsHost.StartAsync(new()
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{collector.Url}/my/traces",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
        });
        (await host.Client.GetAsync("/status")).Dispose();

        Flush(host);

        Assert.NotEmpty(collector.Received("/my/traces"));
        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<LoggerProvider>());
    }

    private static void Flush(OperationsHost host)
    {
        host.Services.GetService<TracerProvider>()?.ForceFlush();
        host.Services.GetService<MeterProvider>()?.ForceFlush();
        host.Services.GetService<LoggerProvider>()?.ForceFlush();
    }
}
