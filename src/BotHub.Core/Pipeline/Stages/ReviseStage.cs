using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>Turns the wish for another answer into the question that was asked then.</summary>
public sealed class ReviseStage(IConversationStore store) : ITurnStage
{
    /// <summary>How far back a question may be, in transcript entries: as far as answers are remembered.</summary>
    private const int FarBack = 400;

    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next) =>
        turn.Messages[0].Regenerates is { } wanted ? AskAgainAsync(turn, wanted, next) : next(turn);

    private async IAsyncEnumerable<ReplyPart> AskAgainAsync(Turn turn, string wanted, TurnDelegate next)
    {
        var asked = turn.Supersedes is null ? [] : await FindAsync(turn, wanted);
        if (asked.Count > 0) turn.Questions = asked;
        var parts = asked.Count == 0 ? LimitsStage.Reject(turn, "too_old", Texts.TooOld) : next(turn);
        await foreach (var part in parts) yield return part;
    }

    private async Task<IReadOnlyList<Question>> FindAsync(Turn turn, string wanted)
    {
        var from = Math.Max(turn.WindowStart, turn.TranscriptTail - FarBack);
        var entries = await store.ReadTranscriptAsync(turn.Conversation, from, (int)(turn.TranscriptTail - from), turn.Cancel);
        return [.. entries.Where(e => e.Turn == wanted && e is { Role: MessageRole.User, InContext: true }).Select((e, i) => new Question($"{turn.Id}.{i}", e.Text, e.At, e.Prompt))];
    }
}
