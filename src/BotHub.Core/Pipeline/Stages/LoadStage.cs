using BotHub.Core.Context;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Reads the part of the transcript that a prompt could hold: the newest entries since the last reset.</summary>
public sealed class LoadStage(IConversationStore store, IOptions<ContextOptions> options) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var from = Math.Max(turn.WindowStart, turn.TranscriptTail - options.Value.MaxMessages);
        var count = (int)(turn.TranscriptTail - from);
        if (count > 0)
        {
            var entries = await store.ReadTranscriptAsync(turn.Conversation, from, count, turn.Cancel);
            turn.History = [.. entries.Where(e => e.InContext && e.Text.Length > 0)];
        }

        await foreach (var part in next(turn)) yield return part;
    }
}
