using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Chooses the persona and the models that may answer, in the order in which they are tried: what people chose, else the channel's,
/// else the persona's; less those that may not see the conversation or have cost enough for today.
/// </summary>
public sealed class RouteStage(ModelPolicy policy, IOverflowBudget budget) : ITurnStage
{
    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var choice = turn.Channel.ChoiceFor(turn.Conversation);
        var persona = policy.PersonaOf(choice);
        (turn.Persona, turn.Data) = (persona, ModelPolicy.DataOf(choice, persona));
        var route = turn.Chosen is { } name ? policy.Chosen(choice, persona, name) : null;
        var gone = turn.Chosen is not null && route is null;
        turn.Route = route ??= policy.Usual(choice, persona);
        turn.Candidates = route.Models;
        if (turn.Data != DataClass.Open) Leave(turn, m => m.InHouse, PassedModel.DataClass);
        return gone || route.CostPerDay is not null || turn.Candidates.Count == 0 ? RunAsync(turn, gone ? turn.Chosen : null, next) : next(turn);
    }

    private async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, string? gone, TurnDelegate next)
    {
        if (turn.Route!.CostPerDay is { } most)
        {
            HashSet<string> spent = [];
            foreach (var model in turn.Candidates)
                if (!model.InHouse && await budget.SpentTodayAsync(model.Name, turn.Cancel) >= most) spent.Add(model.Name);
            Leave(turn, m => !spent.Contains(m.Name), PassedModel.Cost);
        }

        if (gone is not null)
        {
            turn.Choose = "";
            yield return new ReplyText(Texts.ChoiceGone(gone), Aside: true);
        }

        var parts = turn.Candidates.Count > 0 ? next(turn)
            : turn.Figures.Passed.Any(p => p.Reason == PassedModel.Cost) ? LimitsStage.Reject(turn, "cost_limit", Texts.CostLimit)
            : LimitsStage.Reject(turn, "no_model_allowed", Texts.NoModelAllowed);
        await foreach (var part in parts) yield return part;
    }

    private static void Leave(Turn turn, Func<NamedModel, bool> stays, string reason)
    {
        foreach (var model in turn.Candidates)
            if (!stays(model)) turn.Figures.Pass(model.Name, reason);
        turn.Candidates = [.. turn.Candidates.Where(stays)];
    }
}
