using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BotHub.Core.Pipeline;

/// <summary>The pipeline's instruments. All names are listed in docs/telemetry.md.</summary>
public sealed class PipelineMetrics : IDisposable
{
    public const string Name = "BotHub";

    internal static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _turns;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _firstToken;
    private readonly UpDownCounter<long> _running;
    private readonly Counter<long> _passed;

    public PipelineMetrics(IMeterFactory factory, Models.ModelHealths healths)
    {
        _meter = factory.Create(Name);
        _turns = _meter.CreateCounter<long>("bothub.turns", "{turn}", "Turns ended, by channel and outcome.");
        _wait = _meter.CreateHistogram<double>("bothub.queue.wait", "s", "From arrival of a message to the start of its turn.");
        _firstToken = _meter.CreateHistogram<double>("bothub.answer.first_text", "s", "From the start of generation to the first text.");
        _running = _meter.CreateUpDownCounter<long>("bothub.turns.running", "{turn}", "Turns running on this node.");
        _passed = _meter.CreateCounter<long>("bothub.model.passed", "{call}", "Models passed over for the next one of their route, by reason.");
        _meter.CreateObservableGauge("bothub.model.breaker", () => healths.All.Select(h => Measure(h.Key, h.Value)), "{state}", "A model's circuit breaker: 0 closed, 1 half open, 2 open.");
    }

    /// <summary>A model was passed over for the next one of its route.</summary>
    internal void Passed(string model, string reason) => _passed.Add(1, new("gen_ai.request.model", model), new("bothub.reason", reason));

    internal void Started(Turn turn, TimeSpan waited)
    {
        _running.Add(1);
        _wait.Record(Math.Max(0, waited.TotalSeconds), Channel(turn));
    }

    internal void Ended(Turn turn, string outcome)
    {
        _running.Add(-1);
        _turns.Add(1, Channel(turn), new("bothub.outcome", outcome));
    }

    internal void Generated(Turn turn)
    {
        if (turn.Figures.FirstToken is { } first) _firstToken.Record(first.TotalSeconds, new KeyValuePair<string, object?>("gen_ai.request.model", turn.Model?.Name));
    }

    private static Measurement<int> Measure(string model, Models.ModelHealth health) =>
        new(health.Breaker.State switch { Models.BreakerState.Open => 2, Models.BreakerState.HalfOpen => 1, _ => 0 }, new KeyValuePair<string, object?>("gen_ai.request.model", model));

    private static KeyValuePair<string, object?> Channel(Turn turn) => new("bothub.channel", turn.Conversation.Channel);

    public void Dispose() => _meter.Dispose();
}
