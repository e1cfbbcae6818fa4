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

    public PipelineMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(Name);
        _turns = _meter.CreateCounter<long>("bothub.turns", "{turn}", "Turns ended, by channel and outcome.");
        _wait = _meter.CreateHistogram<double>("bothub.queue.wait", "s", "From arrival of a message to the start of its turn.");
        _firstToken = _meter.CreateHistogram<double>("bothub.answer.first_text", "s", "From the start of generation to the first text.");
        _running = _meter.CreateUpDownCounter<long>("bothub.turns.running", "{turn}", "Turns running on this node.");
    }

    private double _typicalSeconds;
    private int _generating;

    /// <summary>Seconds a call at this place in a model's queue will likely wait, from how long answers took lately.</summary>
    internal int? EstimateWait(int position)
    {
        var typical = Volatile.Read(ref _typicalSeconds);
        // The waiting calls count as generating too, so what runs ahead of them is the rest.
        var ahead = Math.Max(1, Volatile.Read(ref _generating) - position);
        return typical == 0 ? null : position == 0 ? 0 : (int)Math.Ceiling(typical * position / ahead);
    }

    internal void Generating() => Interlocked.Increment(ref _generating);

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
        Interlocked.Decrement(ref _generating);
        var seconds = turn.Figures.Generation.TotalSeconds;
        var typical = Volatile.Read(ref _typicalSeconds);
        Volatile.Write(ref _typicalSeconds, typical == 0 ? seconds : 0.8 * typical + 0.2 * seconds);
        if (turn.Figures.FirstToken is { } first) _firstToken.Record(first.TotalSeconds, new KeyValuePair<string, object?>("gen_ai.request.model", turn.Model?.Name));
    }

    private static KeyValuePair<string, object?> Channel(Turn turn) => new("bothub.channel", turn.Conversation.Channel);

    public void Dispose() => _meter.Dispose();
}
