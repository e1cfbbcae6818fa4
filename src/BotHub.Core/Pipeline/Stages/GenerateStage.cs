using System.Text;
using System.Threading.Channels;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace BotHub.Core.Pipeline;

/// <summary>Innermost: lets the model answer and passes its text on as it comes. Where there are several candidates, one after the other.</summary>
public sealed class GenerateStage(ModelHealths healths, PipelineMetrics metrics, TimeProvider clock, ILogger<GenerateStage> log) : ITurnStage
{
    /// <summary>How long a cancelled model may take to end. One that does not listen must not hold its conversation for good.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var parts = Channel.CreateBounded<ReplyPart>(new BoundedChannelOptions(64) { SingleReader = true });
        var stop = CancellationTokenSource.CreateLinkedTokenSource(turn.Cancel);
        var options = new ChatOptions { AdditionalProperties = Extra(turn, parts.Writer) };
        // A single model has nobody behind it, and pays for none of what a chain does.
        var chain = turn.Candidates.Count > 1 ? new CandidateChain(turn, healths, metrics, clock, log) : null;
        var single = chain is null ? Single(turn) : null;
        var pump = PumpAsync(turn, (IChatClient?)single ?? chain!, chain, options, parts.Writer, stop.Token);
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

            single?.Abandon();
            chain?.Abandon();
            // A model that does not listen may still hold its token.
            if (pump.IsCompleted) stop.Dispose();
        }
    }

    private CandidateClient Single(Turn turn)
    {
        var health = healths.Of(turn.Candidates[0].Name);
        health.Breaker.TryEnter(force: true);
        return new CandidateClient(turn, turn.Candidates[0], health, clock);
    }

    private static async Task PumpAsync(Turn turn, IChatClient client, CandidateChain? chain, ChatOptions options, ChannelWriter<ReplyPart> parts, CancellationToken cancel)
    {
        try
        {
            var shown = new Shown(turn, parts);
            while (true)
            {
                try
                {
                    await foreach (var update in client.GetStreamingResponseAsync([], options, cancel)) await shown.AddAsync(update, chain is not null, cancel);
                    break;
                }
                catch (Exception e) when (shown.Any && chain?.MayContinue == true && CallFailures.MayPass(e, cancel))
                {
                    await shown.EndAsync(cancel);
                    chain.Continue(shown.Text, e);
                }
            }

            await shown.EndAsync(cancel);
            parts.TryComplete();
        }
        catch (Exception e)
        {
            // Handed to the reader: the commit stage decides what the user is told.
            parts.TryComplete(e);
        }
    }

    private AdditionalPropertiesDictionary Extra(Turn turn, ChannelWriter<ReplyPart> parts) => new()
    {
        [ModelOptions.Conversation] = turn.Conversation.Value,
        [ModelOptions.OnQueuePosition] = (Action<int>)(position => parts.TryWrite(new ReplyQueued(position, healths.Of(turn.Model!.Name).EstimateWait(position)))),
        // A call that waits for its provider is next in a queue which nobody can see.
        [ModelOptions.OnWait] = (Action<TimeSpan>)(wait => parts.TryWrite(new ReplyQueued(wait > TimeSpan.Zero ? 1 : 0, (int)Math.Ceiling(wait.TotalSeconds)))),
    };

    /// <summary>What goes out to people, and what of it is the answer's own text.</summary>
    private sealed class Shown(Turn turn, ChannelWriter<ReplyPart> parts)
    {
        private readonly StringBuilder _answer = new();
        private ThoughtQuote? _thoughts;

        public bool Any { get; private set; }

        public string Text => _answer.ToString();

        /// <param name="remember">The text may be needed for a continuation.</param>
        public async ValueTask AddAsync(ChatResponseUpdate update, bool remember, CancellationToken cancel)
        {
            if (update.FinishReason is { } reason) turn.Figures.FinishReason = reason.Value;
            foreach (var content in update.Contents)
            {
                if (content is TextContent { Text: { Length: > 0 } text })
                {
                    await EndAsync(cancel);
                    Any = true;
                    if (remember) _answer.Append(text);
                    await parts.WriteAsync(new ReplyText(text), cancel);
                }
                else if (content is TextReasoningContent { Text: { Length: > 0 } thought } && turn.Persona!.ShowsReasoning && (_thoughts ??= new()).Push(thought) is { Length: > 0 } quote)
                {
                    Any = true;
                    await parts.WriteAsync(new ReplyText(quote, Aside: true), cancel);
                }
            }
        }

        /// <summary>Thoughts, where there are any, end before what comes behind them.</summary>
        public async ValueTask EndAsync(CancellationToken cancel)
        {
            if (_thoughts?.End() is { Length: > 0 } end) await parts.WriteAsync(new ReplyText(end, Aside: true), cancel);
            _thoughts = null;
        }
    }
}
