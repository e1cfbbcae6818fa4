namespace BotHub.Core.Pipeline;

/// <summary>Measures the answer: time to the first text, time of generation. Token counts come with each call of a model.</summary>
public sealed class MeterStage(TimeProvider clock, PipelineMetrics metrics) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var start = clock.GetTimestamp();
        using var activity = PipelineMetrics.Source.StartActivity("turn generate");
        activity?.SetTag("bothub.turn", turn.Id).SetTag("gen_ai.conversation.id", turn.Conversation.Value);
        try
        {
            await foreach (var part in next(turn))
            {
                if (part is ReplyText) turn.Figures.FirstToken ??= clock.GetElapsedTime(start);
                yield return part;
            }
        }
        finally
        {
            turn.Figures.Generation = clock.GetElapsedTime(start);
            // A route may have gone on to another model meanwhile.
            activity?.SetTag("gen_ai.request.model", turn.Model?.Name).SetTag("gen_ai.usage.input_tokens", turn.Figures.PromptTokens).SetTag("gen_ai.usage.output_tokens", turn.Figures.CompletionTokens);
            metrics.Generated(turn);
        }
    }
}
