using BotHub.Core.Pipeline;
using BotHub.Models;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BotHub.Operations;

/// <summary>
/// Traces, metrics and logs by OTLP, for those signals whose endpoint is in the environment, and nothing at all otherwise. The names
/// are listed in docs/telemetry.md.
/// </summary>
internal static class Telemetry
{
    private const string ChatClients = ObservedClient.Source;

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var signals = Signals.Of(builder.Configuration);
        if (!signals.Any) return;
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(r => r
            .AddService(builder.Configuration["OTEL_SERVICE_NAME"] ?? "bothub", serviceVersion: HubStatus.CurrentVersion, autoGenerateServiceInstanceId: false)
            .AddDetector(services => new NodeResource(services.GetRequiredService<NodeName>())));
        if (signals.Traces is { } traces) telemetry.WithTracing(t => t
            .AddSource(PipelineMetrics.Name, ChatClients)
            // Probes come every few seconds and tell nothing. Query strings stay redacted and headers are never recorded: the
            // instrumentation's defaults.
            .AddAspNetCoreInstrumentation(o =>
            {
                o.Filter = http => !http.Request.Path.StartsWithSegments("/health");
                o.EnrichWithHttpRequest = static (span, request) => SecretPaths.Hide(span, request.Path);
            })
            .AddHttpClientInstrumentation(o => o.EnrichWithHttpRequestMessage = static (span, request) => SecretPaths.Hide(span, request.RequestUri))
            .AddOtlpExporter(traces));
        if (signals.Metrics is { } metrics) telemetry.WithMetrics(m => m
            .AddMeter(PipelineMetrics.Name, ChatClients)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddOtlpExporter(metrics));
        if (signals.Logs is { } logs) telemetry.WithLogging(l => l.AddOtlpExporter(logs), o => o.IncludeFormattedMessage = true);
    }

    /// <summary>What is wrong with the environment's OTLP variables: the exporter would pass over it in silence.</summary>
    public static IEnumerable<string> Errors(IConfiguration environment)
    {
        foreach (var prefix in (string[])["OTEL_EXPORTER_OTLP_", .. Signals.Names.Select(s => $"OTEL_EXPORTER_OTLP_{s}_")])
        {
            var (endpoint, protocol) = (environment[prefix + "ENDPOINT"], environment[prefix + "PROTOCOL"]);
            if (!string.IsNullOrWhiteSpace(endpoint) && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")))
                yield return $"{prefix}ENDPOINT is '{endpoint}'; write an address such as http://localhost:4317.";
            if (!string.IsNullOrWhiteSpace(protocol) && protocol is not ("grpc" or "http/protobuf"))
                yield return $"{prefix}PROTOCOL is '{protocol}'; use grpc or http/protobuf.";
        }
    }

    /// <summary>How each signal is exported; null: not at all.</summary>
    private sealed record Signals(Action<OtlpExporterOptions>? Traces, Action<OtlpExporterOptions>? Metrics, Action<OtlpExporterOptions>? Logs)
    {
        public static readonly IReadOnlyList<string> Names = ["TRACES", "METRICS", "LOGS"];

        public bool Any => Traces is not null || Metrics is not null || Logs is not null;

        public static Signals Of(IConfiguration environment) => new(One(environment, Names[0]), One(environment, Names[1]), One(environment, Names[2]));

        /// <summary>
        /// A signal's own variables overrule the common ones, which the exporter reads by itself (OpenTelemetry specification, OTLP
        /// exporter): its endpoint is used as it is, while <c>/v1/…</c> is added to the common one for HTTP.
        /// </summary>
        private static Action<OtlpExporterOptions>? One(IConfiguration environment, string signal)
        {
            var own = $"OTEL_EXPORTER_OTLP_{signal}_";
            var endpoint = environment[own + "ENDPOINT"];
            if (string.IsNullOrWhiteSpace(endpoint)) return string.IsNullOrWhiteSpace(environment[Endpoint]) ? null : static _ => { };
            return o =>
            {
                o.Endpoint = new Uri(endpoint);
                if (environment[own + "HEADERS"] is { } headers) o.Headers = headers;
                if (environment[own + "PROTOCOL"] is { } protocol) o.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            };
        }
    }

    /// <summary>The node's name, the same as in leases, logs and <c>/status</c>.</summary>
    private sealed class NodeResource(NodeName node) : IResourceDetector
    {
        public Resource Detect() => new([new("service.instance.id", node.Value)]);
    }
}
