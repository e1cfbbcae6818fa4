using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>Derives the window, for the first candidate whose context the question fits.</summary>
public sealed class PromptStage(TimeProvider clock) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var first = turn.Messages[0];
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        turn.Instructions = turn.Persona!.Render(new PromptVariables(first.Bot, turn.Conversation.Channel, first.Sender.Name, first.Sender.Locale, today));
        if (!Fit(turn))
        {
            await foreach (var part in LimitsStage.Reject(turn, "too_long_for_model", Texts.TooLongForModel(turn.Window!.InputTokens, turn.Window.InputRoom))) yield return part;
            yield break;
        }

        await foreach (var part in next(turn)) yield return part;
    }

    /// <summary>Leaves out the candidates that the question is too long for, unless it is too long for all: then the roomiest one counts.</summary>
    private static bool Fit(Turn turn)
    {
        if (turn.Use(turn.Candidates[0]).Fits) return true;
        if (turn.Candidates.Count == 1) return false;
        var fitting = turn.Candidates.Where(model => turn.Use(model).Fits).ToList();
        foreach (var model in turn.Candidates.Except(fitting)) turn.Figures.Pass(model.Name, PassedModel.TooSmall);
        turn.Use(fitting.Count > 0 ? fitting[0] : turn.Candidates.MaxBy(model => turn.Use(model).InputRoom)!);
        if (fitting.Count == 0) return false;
        turn.Candidates = fitting;
        return true;
    }
}
