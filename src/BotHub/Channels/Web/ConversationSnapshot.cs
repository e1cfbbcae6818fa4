using System.Text;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Web;

/// <summary>What a person joining now should see: what is committed, what is being answered, what waits.</summary>
/// <param name="Cursor">The id of the last feed event that the messages contain; 0 when the log holds none.</param>
/// <param name="More">There are older committed messages.</param>
internal sealed record ConversationSnapshot(IReadOnlyList<WireMessage> Messages, long Cursor, bool More)
{
    /// <param name="followed">The events after the cursor follow. An answer that is committed but not told to its end yet is then shown as
    /// far as it was told: whoever has it whole would be sent its rest once more, now or when he comes back.</param>
    public static ConversationSnapshot Of(ConversationView view, bool followed = false)
    {
        var live = LiveAnswer.Of(view.Feed);
        var untold = followed && live is null ? Untold(view) : [];
        var messages = view.Transcript.Where(e => !untold.Contains(e) && (!followed || live is not { MessageId: null } || !Tells(e))).Select(e => followed && Tells(e) ? Told(e) : WireMessage.Of(e)).ToList();
        var known = view.Transcript.Any(e => e.Turn == live?.Turn && e.Role == MessageRole.Assistant);
        var answering = known ? 0 : live?.MailCount ?? 0;
        var headTurn = view.Waiting is [var head, ..] ? Turn.IdOf(head.Sequence) : null;
        if (headTurn != live?.Turn) answering = 0;
        foreach (var (mail, i) in view.Waiting.Select((m, i) => (m, i)))
        {
            if (i == answering) AddLive();
            if (mail.Body is not { } body) continue;
            var turn = i < answering ? headTurn : Turn.IdOf(mail.Sequence);
            messages.Add(new WireMessage(body.Id, MessageRole.User, body.Text, body.At, i < answering ? MessageState.Answering : MessageState.Queued, turn));
        }

        if (answering >= view.Waiting.Count) AddLive();
        return new ConversationSnapshot(messages, view.Feed is [.., var last] ? last.LastId : 0, view.TranscriptStart > 0);

        bool Tells(ChatEntry e) => e.Role == MessageRole.Assistant && e.Turn == live?.Turn;

        WireMessage Told(ChatEntry e) => WireMessage.Of(e) with { Text = live!.Text, State = MessageState.Answering };

        void AddLive()
        {
            if (answering > 0 && live!.MessageId is { } id)
                messages.Add(new WireMessage(id, MessageRole.Assistant, live.Text, view.Waiting[0].Body?.At ?? default, MessageState.Answering, live.Turn));
        }
    }

    /// <summary>
    /// Answers that are committed and not delivered yet, and of which the log tells nothing: a short one is written to it whole, after the
    /// commit. Who has it before would be sent it once more. While a turn runs there are none: it began when those before it were told.
    /// </summary>
    private static List<ChatEntry> Untold(ConversationView view)
    {
        if (view.Undelivered == 0) return [];
        var told = view.Feed.SelectMany(b => b.Events).Select(e => e switch { RunFinished x => x.Turn, RunFailed x => x.Turn, _ => null }).ToHashSet();
        return [.. view.Transcript.Where(e => e.Role == MessageRole.Assistant).TakeLast(view.Undelivered).Where(e => !told.Contains(e.Turn))];
    }
}

/// <summary>The answer in progress, as the feed tells it.</summary>
internal sealed record LiveAnswer(string Turn, int MailCount, string? MessageId, string Text)
{
    public static LiveAnswer? Of(IReadOnlyList<FeedBatch> batches)
    {
        (string Turn, int MailCount)? run = null;
        string? message = null;
        var text = new StringBuilder();
        foreach (var e in batches.SelectMany(b => b.Events))
        {
            switch (e)
            {
                case RunStarted x:
                    (run, message) = ((x.Turn, x.MailCount), null);
                    text.Clear();
                    break;
                case FeedReset x:
                    (run, message) = (x.Turn is null ? null : (x.Turn, x.MailCount), x.MessageId);
                    text.Clear().Append(x.Text);
                    break;
                case TextStarted x:
                    message = x.MessageId;
                    break;
                case TextAdded x:
                    text.Append(x.Delta);
                    break;
                case RunFinished or RunFailed:
                    (run, message) = (null, null);
                    break;
            }
        }

        return run is { } r ? new LiveAnswer(r.Turn, r.MailCount, message, text.ToString()) : null;
    }
}
