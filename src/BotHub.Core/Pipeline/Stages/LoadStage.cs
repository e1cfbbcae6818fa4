using BotHub.Core.Context;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Reads the part of the transcript that a prompt could hold: the newest entries since the last reset, less what was answered anew.</summary>
public sealed class LoadStage(RecentTranscripts transcripts, IOptions<ContextOptions> options) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var from = Math.Max(turn.WindowStart, turn.TranscriptTail - options.Value.MaxMessages);
        var entries = await transcripts.ReadAsync(turn.Conversation, from, turn.TranscriptTail, turn.Cancel);
        var superseded = entries.Where(e => e.Supersedes is not null).Select(e => e.Supersedes).ToHashSet(StringComparer.Ordinal);
        if (turn.Supersedes is { } now) superseded.Add(now.Turn);
        turn.History = [.. entries.Where(e => e.InContext && (e.Prompt ?? e.Text).Length > 0 && !superseded.Contains(e.Turn))];
        await foreach (var part in next(turn)) yield return part;
    }
}
