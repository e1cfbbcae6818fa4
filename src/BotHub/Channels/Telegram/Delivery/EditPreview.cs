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
        var show = text.Length == 0 ? AnswerTexts.Placeholder : text;
        // An answer whose message is gone is not shown elsewhere before it is finished.
        _over |= progress.Places is [0, ..];
        _behind &= show != _shown;
        if (_over || show == _shown) return TimeSpan.Zero;
        var placing = progress.Places.Count == 0;
        var result = placing
            ? await PlaceAsync(line, lease, progress, OutboundPriority.Preview)
            : await line.EditAsync(progress.Places[0], new TextPart(show), line.Options.Buttons ? AnswerButtons.Writing : null, OutboundPriority.Preview, cancel);
        switch (result.Outcome)
        {
            case CallOutcome.Done:
                _shown = placing ? AnswerTexts.Placeholder : show;
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

        _behind = !result.Done || show != _shown;
        // What there is of the answer follows its message at once.
        return placing && result.Done && _behind ? TimeSpan.Zero : _spacing.After(result, text.Length);
    }

    /// <summary>
    /// Sends the message that the answer will stand in. It holds nothing of the answer: should the node die before the id is written
    /// down, the message stays, and people would see what it says twice. Not cancelled with the preview, for the same reason.
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
