using System.Collections.Concurrent;
using BotHub.Core.Conversations;
using BotHub.Core.Models;

namespace BotHub.Tests.Models.Limits;

/// <summary>Answers asks as it is told, and lets everything through when it was told nothing; remembers what it was told in turn.</summary>
public sealed class ScriptedLimits : IModelLimits
{
    private readonly Queue<ModelGrant> _answers = new();

    public ConcurrentQueue<string> Told { get; } = [];

    public List<LimitedCall> Asked { get; } = [];

    public TimeSpan Held { get; set; }

    /// <summary>Whether the store is away.</summary>
    public bool Gone { get; set; }

    public void Answer(ModelGrantOutcome outcome, double wait = 0, int ahead = 0) =>
        _answers.Enqueue(new ModelGrant(outcome, TimeSpan.FromSeconds(wait), ahead, 7, 0));

    public Task<ModelGrant> AskAsync(LimitedCall call, ModelLimits limits, TimeSpan patience, CancellationToken cancel)
    {
        Asked.Add(call);
        Tell($"ask {patience.TotalSeconds}");
        return Task.FromResult(_answers.TryDequeue(out var answer) ? answer : new ModelGrant(ModelGrantOutcome.Granted, TimeSpan.Zero, 0, 7, call.Tokens));
    }

    public Task RenewAsync(LimitedCall call, CancellationToken cancel) => Tell("renew");

    public Task EndAsync(LimitedCall call, ModelGrant? granted, long? tokens, CancellationToken cancel) => Tell($"end {granted?.Slot} {tokens}".TrimEnd());

    public Task HoldBackAsync(string model, TimeSpan time, CancellationToken cancel) => Tell($"hold {model} {time.TotalSeconds}");

    public TimeSpan HeldBack(string model) => Held;

    private Task Tell(string what)
    {
        Told.Enqueue(what);
        return Gone ? Task.FromException(new StoreUnavailableException("gone")) : Task.CompletedTask;
    }
}
