#pragma warning disable MEAI001 // Failover of chat clients is marked as experimental.
using System.Runtime.ExceptionServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace BotHub.Core.Pipeline;

/// <summary>
/// The candidates of one turn as one client: the library's failover asks the next one as long as nothing was shown. Which one that is,
/// and whether there is one, is decided here: an open breaker is passed over at once, and the soonest to close is tried when all are
/// open; a model whose queue was too long is come back to, and waited for, when the others fail.
/// </summary>
internal sealed partial class CandidateChain(Turn turn, ModelHealths healths, PipelineMetrics metrics, TimeProvider clock, ILogger log) : FailoverChatClient
{
    private readonly List<NamedModel> _waiting = [.. turn.Candidates];
    private readonly List<NamedModel> _queued = [];
    private readonly List<NamedModel> _open = [];
    private readonly ModelRoute _route = turn.Route!;
    private CandidateClient? _current;
    private Exception? _failure;
    private string _shown = "";

    /// <summary>Whether another model could go on with an answer that broke off.</summary>
    public bool MayContinue => _route.Continue && Left > 0;

    private int Left => _waiting.Count + _queued.Count + _open.Count;

    /// <summary>The next call goes on with an answer of which people have seen this.</summary>
    public void Continue(string shown, Exception failure)
    {
        Pass(_current!.Model, failure);
        _shown = shown;
    }

    /// <summary>Writes down a call that nobody waits for any more.</summary>
    public void Abandon() => _current?.Abandon();

    protected override ValueTask<IChatClient> SelectClientAsync(RoutingContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (model, waits) = Next();
            if (!turn.Use(model, _shown).Fits)
            {
                turn.Figures.Pass(model.Name, PassedModel.TooSmall);
                healths.Of(model.Name).Breaker.Abandoned();
                continue;
            }

            var health = healths.Of(model.Name);
            _current = new CandidateClient(turn, model, health, clock, _shown);
            return new(new HeldCandidate(
                _current, health, waits || Left == 0 ? null : _route.QueueTime, _shown.Length > 0 ? new Continuation(_shown) : null, turn.Persona!.ShowsReasoning, Left == 0, clock));
        }
    }

    protected override ValueTask OnRoutingUpdateAsync(RoutingContext context, FailoverChatClientAttempt attempt, bool isTerminal, CancellationToken cancellationToken)
    {
        if (isTerminal || attempt.Exception is not { } failure) return default;
        _failure = failure;
        if (!CallFailures.MayPass(failure, cancellationToken)) ExceptionDispatchInfo.Throw(failure);
        if (Left > 0) Pass(_current!.Model, failure);
        if (failure is QueueTooLongException) _queued.Add(_current!.Model);
        return default;
    }

    /// <summary>The next candidate, and whether it is one whose queue is waited for by now.</summary>
    /// <exception cref="Exception">There is none left: the last one's failure.</exception>
    private (NamedModel Model, bool Waits) Next()
    {
        while (Take(_waiting) is { } model)
        {
            if (healths.Of(model.Name).Breaker.TryEnter()) return (model, false);
            turn.Figures.Pass(model.Name, PassedModel.Open);
            _open.Add(model);
        }

        if (Take(_queued) is { } queued)
        {
            healths.Of(queued.Name).Breaker.TryEnter(force: true);
            return (queued, true);
        }

        if (_open.MinBy(m => healths.Of(m.Name).Breaker.Remaining) is { } soonest)
        {
            _open.Remove(soonest);
            healths.Of(soonest.Name).Breaker.TryEnter(force: true);
            return (soonest, true);
        }

        ExceptionDispatchInfo.Throw(_failure ?? new ModelBusyException("No candidate of the route can take this answer."));
        throw _failure;
    }

    private static NamedModel? Take(List<NamedModel> models)
    {
        if (models.Count == 0) return null;
        var first = models[0];
        models.RemoveAt(0);
        return first;
    }

    private void Pass(NamedModel model, Exception failure)
    {
        var code = CallFailures.Code(failure);
        turn.Figures.Pass(model.Name, code);
        metrics.Passed(model.Name, code);
        Log.Passed(log, turn.Conversation, turn.Id, model.Name, _route.Name, failure is ModelCallException or ModelBusyException or QueueTooLongException ? failure.Message : failure.GetType().Name);
    }

    private static partial class Log
    {
        [LoggerMessage(1006, LogLevel.Warning, "Turn {Turn} of {Conversation}: model {Model} of route {Route} is passed over: {Reason}")]
        public static partial void Passed(ILogger log, Conversations.ConversationId conversation, string turn, string model, string route, string reason);
    }
}
