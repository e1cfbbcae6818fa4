namespace BotHub.Core.Pipeline;

public delegate IAsyncEnumerable<ReplyPart> TurnDelegate(Turn turn);

/// <summary>
/// One step of every turn, like a middleware: it may act before it calls <c>next</c>, change the parts that flow back, act after the
/// last one, or answer by itself without calling <c>next</c>.
/// </summary>
public interface ITurnStage
{
    IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next);
}

/// <summary>
/// The order of the stages, written here and nowhere else. In time a turn goes
/// limits → commands → revise → files → load → route → prompt → budget → generate → meter → commit → deliver; what acts on the finished reply stands outside.
/// </summary>
public sealed class TurnPipeline(
    DeliverStage deliver,
    CommitStage commit,
    LimitsStage limits,
    CommandStage commands,
    ReviseStage revise,
    FileStage files,
    LoadStage load,
    RouteStage route,
    PromptStage prompt,
    Usage.BudgetStage budget,
    MeterStage meter,
    GenerateStage generate)
{
    private readonly TurnDelegate _run = Chain(deliver, commit, limits, commands, revise, files, load, route, prompt, budget, meter, generate);

    /// <summary>Runs the turn to its end. Throws only when it must be abandoned: lease lost, shutdown, store away.</summary>
    public async Task RunAsync(Turn turn)
    {
        await foreach (var _ in _run(turn).ConfigureAwait(false)) { /* DeliverStage has shown it */ }
    }

    private static TurnDelegate Chain(params ReadOnlySpan<ITurnStage> stages)
    {
        TurnDelegate next = static _ => throw new InvalidOperationException("The last stage must answer.");
        for (var i = stages.Length - 1; i >= 0; i--)
        {
            var (stage, inner) = (stages[i], next);
            next = turn => stage.RunAsync(turn, inner);
        }

        return next;
    }
}

/// <summary>The turn ends here without a commit; another claim takes it up again.</summary>
public sealed class TurnAbandonedException(TurnEnd reason) : Exception($"The turn was abandoned: {reason}.")
{
    public TurnEnd Reason { get; } = reason;
}
