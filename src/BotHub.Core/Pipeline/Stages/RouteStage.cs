using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>Chooses the persona and the models that may answer, in the order in which they are tried.</summary>
public sealed class RouteStage(IPromptLibrary prompts, IModelDirectory models) : ITurnStage
{
    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var choice = turn.Channel.ChoiceFor(turn.Conversation);
        var persona = prompts.Get(choice.Persona);
        turn.Persona = persona;
        turn.Data = DataClass.Open;
        turn.Candidates = models.Route(choice.Model ?? persona.Model).Models;
        return next(turn);
    }
}
