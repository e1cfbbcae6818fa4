using BotHub.Core.Conversations;
using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>What the failure of a call means for the candidates behind it.</summary>
internal static class CallFailures
{
    /// <summary>
    /// Whether another model may be asked. Not where a verdict would be dodged, where the turn itself ends, and where the hub is at fault:
    /// the next model would meet the same.
    /// </summary>
    public static bool MayPass(Exception e, CancellationToken turn) =>
        !turn.IsCancellationRequested && e is not (ModelRefusedException or ModelForbiddenException or StoreUnavailableException or TurnAbandonedException);

    /// <summary>Whether it says something about the model: not of a request that it did not like, nor of a queue that is full, which passes by itself.</summary>
    public static bool Counts(Exception e) => e switch
    {
        QueueTooLongException or ModelForbiddenException => false,
        ModelBusyException busy => busy.InnerException is ModelCallException,
        ModelCallException call => call.Fault is not (ModelFault.BadRequest or ModelFault.ContextExceeded),
        _ => true,
    };

    /// <summary>The short code of the ledger and of the metrics.</summary>
    public static string Code(Exception e) => e switch
    {
        QueueTooLongException => PassedModel.Queue,
        ModelBusyException { InnerException: ModelCallException inner } => Code(inner),
        ModelBusyException => "busy",
        ModelCallException { Fault: var fault } => fault switch
        {
            ModelFault.Busy => "busy",
            ModelFault.Quota => "quota",
            ModelFault.TimedOut => "timed_out",
            ModelFault.Unreachable => "unreachable",
            ModelFault.Server => "server",
            ModelFault.Malformed => "malformed",
            ModelFault.Credentials => "credentials",
            ModelFault.NotFound => "not_found",
            ModelFault.ContextExceeded => PassedModel.TooSmall,
            _ => "bad_request",
        },
        _ => "failed",
    };
}

/// <summary>A call waits, or is going to wait, for longer than its route allows. Nothing was said.</summary>
internal sealed class QueueTooLongException(string model) : Exception($"Models:{model}: the queue is longer than the route's Overflow:QueueTime.");
