using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Shows the answer in a message that is edited, and that the finished answer takes the place of. Its id is written down before anything
/// else happens with it, so that a takeover goes on in the same message.
/// </summary>
internal sealed class EditPreview(ChatLine line, ReplyLease lease, ReplyProgress progress) : IPreview
{
    private readonly Spacing _spacing = new(TimeSpan.FromSeconds(3));
    private string? _shown;
    private bool _behind, _over;

    public TimeSpan Keep => _behind && !_over ? TimeSpan.Zero : Timeout.InfiniteTimeSpan;

    public async Task<TimeSpan> ShowAsync(string text, CancellationToken cancel)
    {
        var wanted = text.Length == 0 ? AnswerTexts.Placeholder : text;
        // An answer whose message is gone is not shown elsewhere before it is finished.
        _over |= progress.Places is [0, ..];
        _behind &= wanted != _shown;
        if (_over || wanted == _shown) return TimeSpan.Zero;
        // A node that dies before the message's id is written down leaves it behind for good: it must say nothing of the answer yet.
        var show = progress.Places.Count == 0 ? AnswerTexts.Placeholder : wanted;
        var result = progress.Places.Count == 0
            ? await PlaceAsync(line, lease, progress, OutboundPriority.Preview)
            : await line.EditAsync(progress.Places[0], new TextPart(show), line.Options.Buttons ? AnswerButtons.Writing : null, OutboundPriority.Preview, cancel);
        _behind = !result.Done || show != wanted;
        switch (result.Outcome)
        {
            case CallOutcome.Done:
                _shown = show;
                break;
            case CallOutcome.NoThread:
                line.LeaveThread();
                break;
            case CallOutcome.NoReplyTarget:
                progress.ReplyTo = null;
                break;
            // Gone for good, or perhaps there already: the finished answer finds its place without a preview.
            case CallOutcome.NoMessage or CallOutcome.Dead or CallOutcome.Forbidden or CallOutcome.LeaseLost:
            case CallOutcome.Unknown or CallOutcome.ServerError when progress.Places.Count == 0:
                _over = true;
                break;
        }

        return _spacing.After(result, text.Length);
    }

    /// <summary>
    /// Sends the message that the answer will stand in. Not cancelled with the preview: one whose id nobody knows would stay for good.
    /// </summary>
    public static async Task<CallResult> PlaceAsync(ChatLine line, ReplyLease lease, ReplyProgress progress, OutboundPriority priority)
    {
        var result = await line.SendAsync(new TextPart(AnswerTexts.Placeholder), progress.ReplyTo, line.Options.Buttons ? AnswerButtons.Writing : null, priority);
        if (!result.Done) return result;
        progress.AddPlace(result.MessageId);
        if (await lease.NoteAsync(progress.ToNote()) == Fence.Lost) return new(CallOutcome.LeaseLost);
        progress.Unwritten = false;
        return result;
    }
}
