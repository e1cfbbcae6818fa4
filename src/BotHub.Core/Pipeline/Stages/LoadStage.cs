using BotHub.Core.Context;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Reads the part of the transcript that a prompt could hold: the newest entries since the last reset, less what was answered anew.</summary>
public sealed class LoadStage(RecentTranscripts transcripts, IOptions<ContextOptions> options) : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var from = Math.Max(turn.WindowStart, turn.TranscriptTail - options.Value.MaxMessages);
        var entries = await transcripts.ReadAsync(turn.Conversation, from, turn.TranscriptTail, turn.Cancel);
        turn.History = Visible(turn, entries);
        await foreach (var part in next(turn)) yield return part;
    }

    private static List<ChatEntry> Visible(Turn turn, IReadOnlyList<ChatEntry> entries)
    {
        HashSet<string>? superseded = null;
        foreach (var entry in entries)
            if (entry.Supersedes is { } earlier) (superseded ??= new(StringComparer.Ordinal)).Add(earlier);
        if (turn.Supersedes is { } now) (superseded ??= new(StringComparer.Ordinal)).Add(now.Turn);
        var visible = new List<ChatEntry>(entries.Count);
        foreach (var entry in entries)
            if (entry.InContext && (entry.Prompt ?? entry.Text).Length > 0 && superseded?.Contains(entry.Turn) != true) visible.Add(entry);
        return visible;
    }
}
