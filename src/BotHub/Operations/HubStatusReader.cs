using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Operations;

/// <summary>Gathers what the rooms tell about themselves.</summary>
internal sealed class HubStatusReader(
    StoreProbe store,
    UsageProbe usage,
    IModelDirectory models,
    ModelHealths healths,
    BotProfile bot,
    IEnumerable<IChannel> channels,
    Dispatcher dispatcher,
    NodeName node,
    IOptions<PipelineOptions> pipeline,
    IConfiguration configuration,
    TimeProvider clock)
{
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private readonly long _started = clock.GetTimestamp();

    public async Task<HubStatus> ReadAsync()
    {
        var reading = await store.ReadAsync();
        var limits = pipeline.Value;
        return new HubStatus(
            HubStatus.CurrentVersion,
            node.Value,
            _startedAt,
            (long)clock.GetElapsedTime(_started).TotalSeconds,
            models.All.Count == 0 ? null : bot.Of(BotChoice.Default).Notice,
            StatusOfStore.Of(reading),
            new StatusOfModels(
                models.All.Count == 0 ? null : models.Get(null).Name,
                [.. models.All.Select(Describe)]),
            await Task.WhenAll(channels.Select(DescribeAsync)),
            new StatusOfPipeline(
                dispatcher.Running, dispatcher.Draining, new StatusOfLimits(limits.MaxConcurrentTurns, limits.MaxTextLength, limits.TurnTimeout.TotalSeconds)),
            await usage.ReadAsync());
    }

    public async Task<Readiness> CheckAsync()
    {
        var reading = await store.ReadAsync();
        Dictionary<string, string> checks = new()
        {
            ["store"] = reading.Problem ?? "ok",
            ["model"] = models.All.Count == 0 ? "none is loaded" : ModelProblem() ?? "ok",
            ["pipeline"] = dispatcher.Draining ? "draining" : "ok",
        };
        var ready = checks.Values.All(v => v == "ok");
        foreach (var channel in channels)
            if (await channel.ReportAsync() is { } report) checks[channel.Id] = report.Trouble ?? "ok";
        return new Readiness(ready, checks);
    }

    private StatusOfModel Describe(NamedModel model) => StatusOfModel.Of(model, healths.Of(model.Name).Breaker);

    /// <summary>Null as long as one model of the default's route can answer.</summary>
    private string? ModelProblem()
    {
        var problems = models.Route(null).Models.Select(m => Describe(m).Engine?.Problem).ToList();
        return problems.Contains(null) ? null : problems[0];
    }

    private async Task<StatusOfChannel> DescribeAsync(IChannel channel)
    {
        var bots = (await channel.ReportAsync())?.Bots;
        return new StatusOfChannel(channel.Id, IsOn(channel) && (bots is null || bots.Any(b => b.State == "on")) ? "on" : "off", bots);
    }

    /// <summary>Every channel has its switch in the same place.</summary>
    private bool IsOn(IChannel channel) => configuration.GetValue($"Channels:{channel.Id}:Enabled", true);
}
