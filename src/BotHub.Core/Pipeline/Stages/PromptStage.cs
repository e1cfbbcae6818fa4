using BotHub.Core.Context;
using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>Chooses persona and model, and derives the window that fits the model's context exactly.</summary>
public sealed class PromptStage(IPromptLibrary prompts, IModelDirectory models, TimeProvider clock) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var first = turn.Messages[0];
        var choice = turn.Channel.ChoiceFor(turn.Conversation);
        var persona = prompts.Get(choice.Persona);
        var model = models.Get(choice.Model ?? persona.Model);
        (turn.Persona, turn.Model) = (persona, model);

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var system = persona.Render(new PromptVariables(first.Bot, turn.Conversation.Channel, first.Sender.Name, first.Sender.Locale, today));
        var reserve = Math.Min(persona.Sampling.MaxTokens ?? model.MaxTokens, model.MaxTokens);
        var window = PromptWindow.Build(system, turn.History, [.. turn.Questions.Select(q => q.ForModel)], model.Meter, reserve);
        turn.Window = window;
        turn.Figures.PromptTokens = window.Tokens;
        if (!window.Fits)
        {
            await foreach (var part in LimitsStage.Reject(turn, "too_long_for_model", Texts.TooLongForModel(window.InputTokens, window.InputRoom))) yield return part;
            yield break;
        }

        await foreach (var part in next(turn)) yield return part;
    }
}
