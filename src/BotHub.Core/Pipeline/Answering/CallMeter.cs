using System.Text;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Gathers the use of one call and adds it to its turn, once. What the model tells goes before what can be counted: a call that is
/// stopped or breaks off tells nothing.
/// </summary>
internal sealed class CallMeter(Turn turn, NamedModel model, int promptTokens, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly StringBuilder _said = new();
    private UsageDetails? _usage;
    private bool _closed;

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
            var outcome = failure switch
            {
                null => ended ? CallOutcome.Answered : CallOutcome.Stopped,
                OperationCanceledException => CallOutcome.Stopped,
                ModelRefusedException => CallOutcome.Refused,
                _ => CallOutcome.Failed,
            };
            if (outcome == CallOutcome.Failed && _said.Length == 0 && _usage is null && failure is not ModelCallException { Fault: ModelFault.TimedOut or ModelFault.Malformed }) return;
            turn.Figures.Add(new ModelCall(
                model.Name,
                (int?)_usage?.InputTokenCount ?? promptTokens,
                (int)(_usage?.CachedInputTokenCount ?? 0),
                (int?)_usage?.OutputTokenCount ?? Counted(),
                (int)(_usage?.ReasoningTokenCount ?? 0),
                clock.GetElapsedTime(_start).TotalMilliseconds,
                outcome,
                _usage is { InputTokenCount: not null, OutputTokenCount: not null }));
        }
    }

    private int Counted() => _said.Length == 0
        ? 0
        : model.Meter.Count([new(ChatRole.Assistant, _said.ToString())]) - model.Meter.Count([new(ChatRole.Assistant, "")]);
}
