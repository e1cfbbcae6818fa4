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
        var result = progress.Places.Count == 0
            ? await PlaceAsync(line, lease, progress, show, OutboundPriority.Preview)
            : await line.EditAsync(progress.Places[0], new TextPart(show), line.Options.Buttons ? AnswerButtons.Writing : null, OutboundPriority.Preview, cancel);
        _behind = !result.Done;
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
    public static async Task<CallResult> PlaceAsync(ChatLine line, ReplyLease lease, ReplyProgress progress, string text, OutboundPriority priority)
    {
        var result = await line.SendAsync(new TextPart(text), progress.ReplyTo, line.Options.Buttons ? AnswerButtons.Writing : null, priority);
        if (!result.Done) return result;
        progress.AddPlace(result.MessageId);
        if (await lease.NoteAsync(progress.ToNote()) == Fence.Lost) return new(CallOutcome.LeaseLost);
        progress.Unwritten = false;
        return result;
    }
}
