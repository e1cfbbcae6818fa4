using System.Text;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>Measures the answer: time to the first text, time of generation. Token counts come from the model itself.</summary>
public sealed class MeterStage(TimeProvider clock, PipelineMetrics metrics) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var start = clock.GetTimestamp();
        using var activity = PipelineMetrics.Source.StartActivity("turn generate");
        activity?.SetTag("bothub.turn", turn.Id).SetTag("gen_ai.conversation.id", turn.Conversation.Value).SetTag("gen_ai.request.model", turn.Model?.Name);
        var said = new StringBuilder();
        metrics.Generating();
        try
        {
            await foreach (var part in next(turn))
            {
                if (part is ReplyText text)
                {
                    turn.Figures.FirstToken ??= clock.GetElapsedTime(start);
                    said.Append(text.Delta);
                }

                yield return part;
            }
        }
        finally
        {
            // A model that is stopped tells no usage; what it said can be counted all the same.
            if (turn.Figures.CompletionTokens == 0 && said.Length > 0 && turn.Model is { } model)
                turn.Figures.CompletionTokens = model.Meter.Count([new(ChatRole.Assistant, said.ToString())]) - model.Meter.Count([new(ChatRole.Assistant, "")]);
            turn.Figures.Generation = clock.GetElapsedTime(start);
            activity?.SetTag("gen_ai.usage.input_tokens", turn.Figures.PromptTokens).SetTag("gen_ai.usage.output_tokens", turn.Figures.CompletionTokens);
            metrics.Generated(turn);
        }
    }
}
