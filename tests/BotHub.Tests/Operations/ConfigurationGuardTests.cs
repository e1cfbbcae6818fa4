using BotHub.Operations;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Operations;

public sealed class ConfigurationGuardTests
{
    [Theory]
    [InlineData("Pipeline:Dreain", "Pipeline:Dreain is not known: use Pipeline:Drain, or remove it.")]
    [InlineData("Channels:Web:botnam", "Channels:Web:botnam is not known: use Channels:Web:BotName, or remove it.")]
    [InlineData("Channels:Wbe:Enabled", "Channels:Wbe is not known: use Channels:Web, or remove it.")]
    [InlineData("Channels:Telegrm:Support:Token", "Channels:Telegrm is not known: use Channels:Telegram, or remove it.")]
    [InlineData("ConnectionStrings:Reddis", "ConnectionStrings:Reddis is not known: use ConnectionStrings:Redis, or remove it.")]
    [InlineData("Storge:Directory", "Section Storge is not known: did you mean Storage?")]
    [InlineData("Model:local:Type", "Section Model is not known: did you mean Models?")]
    public void A_misspelt_key_is_named_with_the_nearest_known_one(string key, string error)
    {
        var result = Check((key, "x"));

        Assert.StartsWith(error, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once() => Assert.Equal(2, Check(("Pipeline:Dreain", "x"), ("Storage:Directry", "x")).Failures!.Count());

    [Theory]
    [InlineData("pipeline:DRAIN")]
    [InlineData("Channels:Web:AllowedOrigins:0")]
    [InlineData("Models:anything:Type")]
    [InlineData("Channels:Telegram:anything:Token")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    [InlineData("MODEL")]
    [InlineData("SOMEBODY:ELSES")]
    public void Known_keys_and_strangers_sections_pass(string key) => Assert.True(Check((key, "x")).Succeeded);

    [Fact]
    public async Task A_hub_with_an_unknown_key_does_not_start()
    {
        await using var app = OperationsHost.Build(new() { ["Pipeline:Dreain"] = "00:00:01" });

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Contains("Pipeline:Drain", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_explained_at_once_and_the_exit_code_is_1()
    {
        var app = OperationsHost.Build(new()
        {
            ["Pipeline:Dreain"] = "00:00:01",
            ["Pipeline:MaxBurst"] = "0",
            ["Pipeline:Lease"] = "banana",
            ["Pipeline:MaxTries"] = "many",
            ["Channels:Web:FlushInterval"] = "00:01:00",
            ["Channels:Web:Enabled"] = "yes",
            ["Channels:Web:DataClass"] = "1",
            ["Logging:LogLevel:Default"] = "Warn",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector",
        });
        var logs = (LogCollector)app.Services.GetService(typeof(LogCollector))!;

        Assert.Equal(1, await app.RunOrExplainAsync(OperationsHost.Map));

        var lines = logs.All.Split('\n').Where(l => l.StartsWith("Critical", StringComparison.Ordinal)).ToList();
        string[] told =
        [
            "Pipeline:Dreain is not known",
            "Pipeline:MaxBurst is 0; use 1 to 32.",
            "Pipeline:Lease is 'banana'; write a time as hours:minutes:seconds",
            "Pipeline:MaxTries is 'many'; write a whole number.",
            "Channels:Web:FlushInterval is '00:01:00'; use 1 ms to 2 s.",
            "Channels:Web:Enabled is 'yes'; write true or false.",
            "Channels:Web:DataClass is '1'; write Open or Internal.",
            "Logging:LogLevel:Default is 'Warn'; use Trace, Debug, Information, Warning,",
            "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector'; write an address such as",
        ];
        foreach (var error in told) Assert.Single(lines, l => l.Contains(error, StringComparison.Ordinal));
        Assert.Equal(told.Length, lines.Count);
    }

    [Theory]
    [InlineData("urls", "nonsense", "urls has 'nonsense'; write scheme, host and port")]
    [InlineData("urls", "http://localhost:99999", "urls has 'http://localhost:99999'; write")]
    [InlineData("urls", "ftp://localhost:21", "urls has 'ftp://localhost:21'; write")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is 'localhost:4317'; write")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'; use grpc or http/protobuf.")]
    public void An_address_that_leads_nowhere_is_named(string key, string value, string error) =>
        Assert.StartsWith(error, Assert.Single(Check((key, value)).Failures!), StringComparison.Ordinal);

    [Theory]
    [InlineData("urls", "http://localhost:5000;https://*:5001;http://[::1]:0")]
    [InlineData("urls", "http://+:80/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example/otlp")]
    public void Addresses_that_can_be_used_pass(string key, string value) => Assert.True(Check((key, value)).Succeeded);

    private static ValidateOptionsResult Check(params (string Key, string Value)[] settings) =>
        new ConfigurationGuard(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build())
            .Validate(null, new ConfigurationGuard.Verdict());
}
