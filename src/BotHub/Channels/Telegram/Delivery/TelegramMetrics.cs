using System.Diagnostics.Metrics;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>The channel's instruments. All names are listed in docs/telemetry.md.</summary>
internal sealed class TelegramMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _unknown;

    public TelegramMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(PipelineMetrics.Name);
        _calls = _meter.CreateCounter<long>("bothub.telegram.calls", "{call}", "Calls to show something, by method and outcome; those that were not made because of the budget too.");
        _unknown = _meter.CreateCounter<long>("bothub.telegram.sends.unknown", "{send}", "Sends whose outcome never became known, by what was done then.");
    }

    public void Called(string method, CallOutcome outcome)
    {
        if (_calls.Enabled) _calls.Add(1, new("bothub.telegram.method", method), new("bothub.outcome", Name(outcome)));
    }

    /// <param name="resent">Sent again; else given up.</param>
    public void Unknown(bool resent) => _unknown.Add(1, new KeyValuePair<string, object?>("bothub.telegram.policy", resent ? "resend" : "skip"));

    public void Dispose() => _meter.Dispose();

    private static string Name(CallOutcome outcome) => outcome switch
    {
        CallOutcome.NoThread => "no_thread",
        CallOutcome.NoReplyTarget => "no_reply_target",
        CallOutcome.NoMessage => "no_message",
        CallOutcome.NotSent => "not_sent",
        CallOutcome.ServerError => "server_error",
        CallOutcome.LeaseLost => "lease_lost",
        _ => outcome.ToString().ToLowerInvariant(),
    };
}
