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
    public async Task A_wrong_setup_ends_with_an_explanation_and_exit_code_1()
    {
        var app = OperationsHost.Build(new() { ["Pipeline:Dreain"] = "00:00:01", ["Pipeline:MaxBurst"] = "0" });
        var logs = (LogCollector)app.Services.GetService(typeof(LogCollector))!;

        Assert.Equal(1, await app.RunOrExplainAsync());

        var lines = logs.All.Split('\n').Where(l => l.StartsWith("Critical", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Contains(lines, l => l.Contains("Pipeline:Dreain", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Pipeline:MaxBurst is 0", StringComparison.Ordinal));
    }

    private static ValidateOptionsResult Check(params (string Key, string Value)[] settings) =>
        new ConfigurationGuard(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build())
            .Validate(null, new ConfigurationGuard.Verdict());
}
