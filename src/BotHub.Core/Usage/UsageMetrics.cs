using System.Diagnostics.Metrics;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Usage;

/// <summary>The room's instruments. All names are listed in docs/telemetry.md.</summary>
public sealed class UsageMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<double> _cost;
    private readonly Histogram<long> _estimate;
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _wait;

    public UsageMetrics(IMeterFactory factory, UsageSettings settings)
    {
        _meter = factory.Create(PipelineMetrics.Name);
        _cost = _meter.CreateCounter<double>("bothub.usage.cost", $"{{{settings.Currency}}}", "What committed turns cost, by model.");
        _estimate = _meter.CreateHistogram<long>("bothub.usage.prompt.difference", "{token}", "A prompt's tokens as the model told them, less ours, by model.");
        _decisions = _meter.CreateCounter<long>("bothub.budget.decisions", "{turn}", "Turns that budgets were asked about, by outcome and budget.");
        _wait = _meter.CreateHistogram<double>("bothub.budget.wait", "s", "How long turns waited for others that might use up a budget.");
    }

    internal void Used(Turn turn, TurnUsage usage)
    {
        foreach (var line in usage.Lines) _cost.Add(line.Nanos / (double)Price.Nanos, Model(line.Model));
        foreach (var call in turn.Figures.Calls)
            if (call.Measured && call.Model == turn.Model?.Name && turn.Window is { } window) _estimate.Record(call.PromptTokens - window.Tokens, Model(call.Model));
    }

    internal void Decided(string outcome, string? budget, TimeSpan waited)
    {
        _decisions.Add(1, new("bothub.outcome", outcome), new KeyValuePair<string, object?>("bothub.budget", budget));
        if (waited > TimeSpan.Zero) _wait.Record(waited.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Model(string name) => new("gen_ai.request.model", name);
}
