using System.Text;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Gathers the use of one call, and tells turn and model how it ended, once. What the model tells goes before what can be counted: a
/// call that is stopped or breaks off tells nothing.
/// </summary>
internal sealed class CallMeter : IDisposable
{
    private readonly Turn _turn;
    private readonly NamedModel _model;
    private readonly ModelHealth _health;
    private readonly int _promptTokens;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly long _start;
    private readonly StringBuilder _said = new();
    private UsageDetails? _usage;
    private bool _closed;

    public CallMeter(Turn turn, NamedModel model, ModelHealth health, int promptTokens, TimeProvider clock)
    {
        (_turn, _model, _health, _promptTokens, _clock) = (turn, model, health, promptTokens, clock);
        _start = clock.GetTimestamp();
        health.Begin();
    }

    public void Note(ChatResponseUpdate update)
    {
        lock (_gate)
        {
            foreach (var content in update.Contents)
            {
                if (content is TextContent text) _said.Append(text.Text);
                else if (content is TextReasoningContent thought) _said.Append(thought.Text);
                else if (content is UsageContent { Details: var usage }) _usage = usage;
            }
        }
    }

    /// <summary>The call is over. One that failed before it was read cost nothing and leaves nothing.</summary>
    public void Close(Exception? failure, bool ended)
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            var took = _clock.GetElapsedTime(_start);
            var outcome = failure switch
            {
                null => ended ? CallOutcome.Answered : CallOutcome.Stopped,
                QueueTooLongException => CallOutcome.Stopped,
                ModelRefusedException => CallOutcome.Refused,
                _ => CallOutcome.Failed,
            };
            Tell(outcome, failure, took);
            if (_said.Length > 0 || _usage is not null || MayHaveCost(outcome, failure)) _turn.Figures.Add(Call(outcome, took));
        }
    }

    /// <summary>As stopped, unless it has ended before.</summary>
    public void Dispose() => Close(failure: null, ended: false);

    private void Tell(CallOutcome outcome, Exception? failure, TimeSpan took)
    {
        _health.End(outcome == CallOutcome.Answered || _said.Length > 0 ? took.TotalSeconds : null);
        if (outcome == CallOutcome.Answered) _health.Breaker.Succeeded();
        else if (outcome == CallOutcome.Failed && CallFailures.Counts(failure!)) _health.Breaker.Failed();
        else _health.Breaker.Abandoned();
    }

    private static bool MayHaveCost(CallOutcome outcome, Exception? failure) => failure switch
    {
        QueueTooLongException => false,
        ModelCallException { Fault: ModelFault.TimedOut or ModelFault.Malformed } => true,
        _ => outcome != CallOutcome.Failed,
    };

    private ModelCall Call(CallOutcome outcome, TimeSpan took) => new(
        _model.Name,
        (int?)_usage?.InputTokenCount ?? _promptTokens,
        (int)(_usage?.CachedInputTokenCount ?? 0),
        (int?)_usage?.OutputTokenCount ?? Counted(),
        (int)(_usage?.ReasoningTokenCount ?? 0),
        took.TotalMilliseconds,
        outcome,
        _usage is { InputTokenCount: not null, OutputTokenCount: not null });

    private int Counted() => _said.Length == 0
        ? 0
        : _model.Meter.Count([new(ChatRole.Assistant, _said.ToString())]) - _model.Meter.Count([new(ChatRole.Assistant, "")]);
}
