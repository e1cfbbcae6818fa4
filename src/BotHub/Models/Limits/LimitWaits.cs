using System.Diagnostics.Metrics;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;

namespace BotHub.Models.Limits;

/// <summary>What operators see of the limits; and the store's troubles that must not end an answer.</summary>
internal sealed partial class LimitWaits : IDisposable
{
    private readonly ILogger<LimitWaits> _logger;
    private readonly Meter _meter;
    private readonly Histogram<double> _wait;

    public LimitWaits(IMeterFactory meters, ILogger<LimitWaits> logger)
    {
        _logger = logger;
        _meter = meters.Create(PipelineMetrics.Name);
        _wait = _meter.CreateHistogram<double>("bothub.model.limit.wait", "s", "From a call's first wish to its turn under the model's limits, by model and outcome.");
    }

    public void Passed(string model, TimeSpan waited) => Record(model, waited, "granted");

    public void Refused(string model, TimeSpan waited) => Record(model, waited, "refused");

    public Task HoldBackAsync(IModelLimits shared, string model, TimeSpan time)
    {
        Log.HeldBack(_logger, model, time.TotalSeconds);
        return QuietlyAsync(() => shared.HoldBackAsync(model, time, CancellationToken.None));
    }

    /// <summary>What can't be told to the store ends by itself: places run out, counts leave the window.</summary>
    public async Task QuietlyAsync(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (StoreUnavailableException e)
        {
            Log.NotTold(_logger, e);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Record(string model, TimeSpan waited, string outcome) =>
        _wait.Record(waited.TotalSeconds, new("gen_ai.request.model", model), new("bothub.outcome", outcome));

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelHeldBack", Level = LogLevel.Warning, Message = "The provider of model {Model} wants no calls for {Seconds:0.0} s: no replica makes any")]
        public static partial void HeldBack(ILogger logger, string model, double seconds);

        [LoggerMessage(EventName = "ModelLimitNotTold", Level = LogLevel.Debug, Message = "The end of a model's call could not be told to the store; what it held runs out")]
        public static partial void NotTold(ILogger logger, Exception e);
    }
}
