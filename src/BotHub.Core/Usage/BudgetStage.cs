using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Usage;

/// <summary>
/// Lets a turn through whose dearest outcome all budgets hold, and keeps that much free for it until it is booked. Where a budget asks for it, a
/// cheaper model answers; where only other turns' reservations are in the way, the turn waits a moment for them.
/// </summary>
public sealed partial class BudgetStage(
    UsageSettings settings, IBooks books, IModelDirectory models, IOptions<PipelineOptions> pipeline, UsageMetrics metrics, TimeProvider clock, ILogger<BudgetStage> log) : ITurnStage
{
    /// <summary>For how long a reservation outlives the longest turn, so that it never ends before what was used is booked.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(60), LastLook = TimeSpan.FromMilliseconds(500);

    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next) => settings.Budgets.Count == 0 ? next(turn) : GuardAsync(turn, next);

    private async IAsyncEnumerable<ReplyPart> GuardAsync(Turn turn, TurnDelegate next)
    {
        var payer = Payer.Of(turn);
        var parts = !settings.Exempt.Contains(payer.User) && await AdmitAsync(turn, payer) is { } refusal ? LimitsStage.Reject(turn, "budget", refusal) : next(turn);
        await foreach (var part in parts) yield return part;
    }

    /// <returns>Why the turn may not go on, for its user; null when it may.</returns>
    /// <exception cref="StoreUnavailableException">Nobody knows what is left: the turn must not go on.</exception>
    private async Task<string?> AdmitAsync(Turn turn, Payer payer)
    {
        var (start, look, mayDegrade) = (clock.GetTimestamp(), FirstLook, true);
        while (true)
        {
            var claims = TurnClaims.Of(turn, payer, settings, pipeline.Value.TurnTimeout);
            if (claims.Count == 0) return null;
            var answer = await books.ReserveAsync(
                new Reservation(payer.Tenant, turn.Conversation, turn.Id, pipeline.Value.TurnTimeout + Grace, claims, mayDegrade), turn.Cancel);
            var waited = clock.GetElapsedTime(start);
            var claim = answer.Claim < 0 ? null : claims[answer.Claim];
            switch (answer.Outcome)
            {
                case ReserveOutcome.Reserved:
                    turn.Reserved = true;
                    turn.Notice += string.Concat(answer.Warn.Select(w => "\n\n" + BudgetTexts.Warning(settings, claims[w.Claim], w.Used)));
                    metrics.Decided("reserved", null, look > FirstLook ? waited : TimeSpan.Zero);
                    return null;
                case ReserveOutcome.Degrade:
                    mayDegrade = false;
                    Degrade(turn, claim!.Budget);
                    break;
                case ReserveOutcome.Spent when claim!.Budget.Scope == UsageScope.Model && turn.Candidates.Count > 1:
                    turn.Figures.Pass(claim.Id, PassedModel.Budget);
                    turn.Candidates = [.. turn.Candidates.Where(m => m.Name != claim.Id)];
                    break;
                case ReserveOutcome.Spent:
                    metrics.Decided("spent", claim.Budget.Name, look > FirstLook ? waited : TimeSpan.Zero);
                    Log.Spent(log, turn.Conversation, turn.Id, claim.Budget.Name);
                    return BudgetTexts.Spent(settings, claim, answer.Used, answer.Renews, clock.GetUtcNow());
                case ReserveOutcome.Wait when waited >= settings.Wait:
                    metrics.Decided("occupied", claim!.Budget.Name, waited);
                    return BudgetTexts.Occupied(claim);
                default:
                    // A random part, so that those who wait together do not all ask together.
                    await Task.Delay(look * (0.75 + (Random.Shared.NextDouble() / 2)), clock, turn.Cancel);
                    look = look * 1.5 < LastLook ? look * 1.5 : LastLook;
                    break;
            }
        }
    }

    /// <summary>Puts the cheaper model in the place of all candidates, where it may see the conversation and the question fits it.</summary>
    private void Degrade(Turn turn, Budget budget)
    {
        var (before, used) = (turn.Candidates, turn.Model!);
        var route = models.Route(budget.Degrade!.Model);
        List<NamedModel> cheaper = [.. route.Models.Where(m => (turn.Data == DataClass.Open || m.InHouse) && turn.Use(m).Fits)];
        if (cheaper.Count == 0 || cheaper.SequenceEqual(before))
        {
            turn.Use(used);
            return;
        }

        foreach (var model in before.Where(m => !cheaper.Contains(m))) turn.Figures.Pass(model.Name, PassedModel.Budget);
        (turn.Route, turn.Candidates) = (route, cheaper);
        turn.Use(cheaper[0]);
        metrics.Decided("degraded", budget.Name, TimeSpan.Zero);
    }

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Information, "Turn {Turn} of {Conversation} is turned away: budget {Budget} is used up.")]
        public static partial void Spent(ILogger log, ConversationId conversation, string turn, string budget);
    }
}
