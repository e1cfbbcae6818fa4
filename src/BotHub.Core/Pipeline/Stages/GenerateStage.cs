using System.Threading.Channels;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>Innermost: lets the model answer and passes its text on as it comes.</summary>
public sealed class GenerateStage(PipelineMetrics metrics, TimeProvider clock) : ITurnStage
{
    /// <summary>How long a cancelled model may take to end. One that does not listen must not hold its conversation for good.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var parts = Channel.CreateBounded<ReplyPart>(new BoundedChannelOptions(64) { SingleReader = true });
        var stop = CancellationTokenSource.CreateLinkedTokenSource(turn.Cancel);
        var client = new CandidateClient(
            turn,
            turn.Model!,
            Extra(
                turn,
                position => parts.Writer.TryWrite(new ReplyQueued(position, metrics.EstimateWait(position))),
                // A call that waits for its provider is next in a queue which nobody can see.
                wait => parts.Writer.TryWrite(new ReplyQueued(wait > TimeSpan.Zero ? 1 : 0, (int)Math.Ceiling(wait.TotalSeconds)))),
            clock);
        var pump = PumpAsync(client, turn, parts.Writer, stop.Token);
        try
        {
            await foreach (var part in parts.Reader.ReadAllAsync(turn.Cancel)) yield return part;
        }
        finally
        {
            // Whoever stops reading (an outer stage, an error) ends the generation too.
            if (!pump.IsCompleted)
            {
                await stop.CancelAsync();
                await pump.WaitAsync(Patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            client.Abandon();
            // A model that does not listen may still hold its token.
            if (pump.IsCompleted) stop.Dispose();
        }
    }

    private static async Task PumpAsync(CandidateClient client, Turn turn, ChannelWriter<ReplyPart> parts, CancellationToken cancel)
    {
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync([], null, cancel))
            {
                if (update.FinishReason is { } reason) turn.Figures.FinishReason = reason.Value;
                foreach (var content in update.Contents)
                {
                    if (content is TextContent { Text.Length: > 0 } text) await parts.WriteAsync(new ReplyText(text.Text), cancel);
                }
            }

            parts.TryComplete();
        }
        catch (Exception e)
        {
            // Handed to the reader: the commit stage decides what the user is told.
            parts.TryComplete(e);
        }
    }

    private static AdditionalPropertiesDictionary Extra(Turn turn, Action<int> onQueue, Action<TimeSpan> onWait) => new()
    {
        [ModelOptions.Conversation] = turn.Conversation.Value,
        [ModelOptions.OnQueuePosition] = onQueue,
        [ModelOptions.OnWait] = onWait,
    };
}
