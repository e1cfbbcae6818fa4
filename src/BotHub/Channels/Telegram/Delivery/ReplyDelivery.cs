using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Telegram.Bot.Types.ReplyMarkups;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Delivers one committed reply, part after part, from the first that is not confirmed. A part that has a place is an edit, which may be
/// repeated; one that needs a new message is sent, and when nobody can know whether it was, the policy decides, later and once.
/// </summary>
/// <param name="placed">The first part stands in a message that is there before it.</param>
/// <param name="inDoubt">The next part was about to be sent when the lease before this one was lost.</param>
internal sealed partial class ReplyDelivery(ChatLine line, ReplyLease lease, OutboundReply reply, ReplyProgress progress, bool placed, bool inDoubt, TelegramMetrics metrics, ILogger log)
{
    /// <summary>Sends again of a part whose outcome never became known: people may see each of them.</summary>
    private const int MostLost = 1;

    /// <summary>Sends again of a part over which the server failed: it likely did nothing.</summary>
    private const int MostFailed = 10;

    /// <summary>Ways to show one part that are tried, at most: rich, text, plain, without its topic, in another message, and some.</summary>
    private const int MostTries = 12;

    private static readonly TimeSpan _afterNothing = TimeSpan.FromSeconds(3), _withoutToken = TimeSpan.FromMinutes(1), _longest = TimeSpan.FromMinutes(1);

    private readonly AnswerParts _parts = new(reply, line.Options.Rich && line.Server.Rich, progress.TextFrom);
    private readonly OutboundPriority _priority = reply.Error is null ? OutboundPriority.Final : OutboundPriority.Error;
    private bool _doubtful = inDoubt || progress.Doubtful;
    private int _plain = -1;

    private bool Buttons => line.Options.Buttons && reply.Message.InContext && reply.Error is null && !_parts.Empty;

    private bool MaySendAgain => progress.Lost <= MostLost && progress.Failed <= MostFailed;

    public async Task<Delivery> RunAsync()
    {
        if (_parts.AllText) progress.TextFrom ??= 0;
        // An answer that was stopped before it began needs no words where nothing of it is to be seen.
        if (_parts.Empty && reply.Message.State == MessageState.Stopped && progress.Places.Count == 0) return Delivery.Done;
        for (var (tries, at) = (0, -1); progress.Confirmed.Count < _parts.All.Count;)
        {
            var part = progress.Confirmed.Count;
            (tries, at) = part == at ? (tries + 1, at) : (1, part);
            if (await StepAsync(part, tries) is { } end) return end;
        }

        return await TidyAsync() ?? new Delivery(Fence.Held, Shown(), progress.Unknown);
    }

    private async Task<Delivery?> StepAsync(int part, int tries)
    {
        if (part == 0 && placed && progress.Places.Count == 0 && MaySendAgain)
        {
            // Sent again after a doubt, it leaves a stray placeholder at worst, and never the answer twice.
            var placing = await EditPreview.PlaceAsync(line, lease, progress, _priority);
            return placing.Done ? null : await ResolveAsync(placing, part, tries, repeatable: false);
        }

        var place = progress.Place;
        if (place == 0 && _doubtful && !Decide()) return await ConfirmAsync(0);
        if (place != 0 && progress.Unwritten && await WriteAsync() == Fence.Lost) return Delivery.Lost;

        var content = _parts.All[part];
        if (part == _plain && content is TextPart text) content = new TextPart(text.Text);
        InlineKeyboardMarkup? buttons = Buttons && part == _parts.All.Count - 1 ? AnswerButtons.Of(progress.Turn) : null;
        var result = place != 0
            ? await line.EditAsync(place, content, buttons, _priority)
            : await line.SendAsync(content, part == 0 ? progress.ReplyTo : null, buttons, _priority);
        return result.Done ? await ConfirmAsync(place != 0 ? place : result.MessageId) : await ResolveAsync(result, part, tries, repeatable: place != 0);
    }

    private async Task<Delivery?> ConfirmAsync(int message)
    {
        progress.Confirm(message);
        _doubtful = false;
        // The receipt that follows the last part says all there is to say.
        var more = progress.Confirmed.Count < _parts.All.Count || progress.Places.Count > progress.Confirmed.Count;
        return more && await WriteAsync() == Fence.Lost ? Delivery.Lost : null;
    }

    /// <returns>Null where another way is open, else how the delivery ends.</returns>
    private async Task<Delivery?> ResolveAsync(CallResult result, int part, int tries, bool repeatable)
    {
        if (tries >= MostTries) return GiveUp(result);
        switch (result.Outcome)
        {
            case CallOutcome.LeaseLost: return Delivery.Lost;
            case CallOutcome.Dead or CallOutcome.Forbidden: return GiveUp(result);
            case CallOutcome.Later or CallOutcome.Dropped: return await PostponeAsync(result.Wait);
            case CallOutcome.Unauthorized: return await PostponeAsync(_withoutToken);
            case CallOutcome.NotSent: return await PostponeAsync(_afterNothing);
            case CallOutcome.Unknown or CallOutcome.ServerError when repeatable: return await PostponeAsync(_afterNothing);
            case CallOutcome.Unknown or CallOutcome.ServerError: return await DoubtAsync(result);
            case CallOutcome.Moved:
                progress.LosePlaces();
                return null;
            case CallOutcome.NoThread when line.LeaveThread(): return null;
            case CallOutcome.NoReplyTarget when progress.ReplyTo is not null:
                progress.ReplyTo = null;
                return null;
            case CallOutcome.NoMessage when progress.Place != 0:
                progress.LosePlace();
                return null;
            default: return Plainer(result, part) ? null : GiveUp(result);
        }
    }

    /// <summary>Rich becomes text, text loses its entities, and what can't even be edited so becomes a message of its own.</summary>
    private bool Plainer(CallResult result, int part)
    {
        if (_parts.All[part] is RichPart)
        {
            if (result.Outcome is CallOutcome.Unsupported or CallOutcome.Empty) line.Server.Rich = false;
            Log.Plainer(log, lease.Conversation, reply.Message.Turn, result.Reason);
            _parts.TextFrom(part);
            progress.TextFrom = part;
            progress.Unwritten = true;
            return true;
        }

        if (_plain != part)
        {
            Log.Plainer(log, lease.Conversation, reply.Message.Turn, result.Reason);
            _plain = part;
            return true;
        }

        if (progress.Place == 0) return false;
        progress.LosePlace();
        return true;
    }

    /// <summary>Writes down that nobody knows; whoever delivers the reply next decides.</summary>
    private async Task<Delivery> DoubtAsync(CallResult result)
    {
        progress.Doubt(failed: result.Outcome == CallOutcome.ServerError);
        var wait = _afterNothing * Math.Pow(2, progress.Lost + progress.Failed - 1);
        return await WriteAsync() == Fence.Lost ? Delivery.Lost : Delivery.Postponed(wait < _longest ? wait : _longest);
    }

    /// <returns>True: it is sent again. False: it is given up.</returns>
    private bool Decide()
    {
        var resend = line.Options.UnknownSends == UnknownSendPolicy.Resend && MaySendAgain;
        // Sent again after a failure of the server it is hardly ever seen twice, and counted once.
        if (!progress.Unknown || !resend || progress.Failed == 0)
        {
            metrics.Unknown(resend);
            if (resend) Log.Resent(log, lease.Conversation, reply.Message.Turn, progress.Confirmed.Count + 1);
            else Log.Skipped(log, lease.Conversation, reply.Message.Turn, progress.Confirmed.Count + 1);
        }

        progress.Decide();
        _doubtful = false;
        return resend;
    }

    private async Task<Delivery> PostponeAsync(TimeSpan wait)
    {
        if ((progress.Unwritten || progress.ReplyTo is not null) && await WriteAsync() == Fence.Lost) return Delivery.Lost;
        return Delivery.Postponed(wait > TimeSpan.Zero ? wait : _afterNothing);
    }

    /// <summary>Takes away what is left of a longer, earlier answer.</summary>
    private async Task<Delivery?> TidyAsync()
    {
        for (var i = progress.Confirmed.Count; i < progress.Places.Count; i++)
        {
            if (progress.Places[i] == 0) continue;
            var result = await line.DeleteAsync(progress.Places[i], _priority);
            if (result.Outcome is CallOutcome.NoMessage or CallOutcome.Malformed)
                result = await line.EditAsync(progress.Places[i], new TextPart(AnswerTexts.Obsolete), null, _priority);
            switch (result.Outcome)
            {
                case CallOutcome.LeaseLost: return Delivery.Lost;
                case CallOutcome.Later: return await PostponeAsync(result.Wait);
                case CallOutcome.Unknown or CallOutcome.ServerError or CallOutcome.NotSent: return await PostponeAsync(_afterNothing);
            }

            progress.Places[i] = 0;
        }

        return null;
    }

    private Delivery GiveUp(CallResult result)
    {
        // People may well block a bot.
        Log.GivenUp(log, result.Outcome == CallOutcome.Dead ? LogLevel.Information : LogLevel.Warning, lease.Conversation, reply.Message.Turn, result.Outcome, result.Reason);
        return new Delivery(Fence.Held, Shown(), progress.Unknown);
    }

    private string[] Shown() => [.. progress.Confirmed.Where(m => m != 0).Select(m => m.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private async Task<Fence> WriteAsync()
    {
        var fence = await lease.NoteAsync(progress.ToNote());
        if (fence == Fence.Held) progress.Unwritten = false;
        return fence;
    }

    private static partial class Log
    {
        [LoggerMessage(3211, LogLevel.Warning, "Nobody knows whether part {Part} of turn {Turn} of {Conversation} was sent: it is sent again, and may be seen twice.")]
        public static partial void Resent(ILogger log, ConversationId conversation, string turn, int part);

        [LoggerMessage(3212, LogLevel.Warning, "Nobody knows whether part {Part} of turn {Turn} of {Conversation} was sent: it is not sent again, and may never be seen.")]
        public static partial void Skipped(ILogger log, ConversationId conversation, string turn, int part);

        [LoggerMessage(EventId = 3213, Message = "The reply of turn {Turn} of {Conversation} can't be shown: {Outcome}, {Reason}.")]
        public static partial void GivenUp(ILogger log, LogLevel level, ConversationId conversation, string turn, CallOutcome outcome, string? reason);

        [LoggerMessage(3214, LogLevel.Information, "The reply of turn {Turn} of {Conversation} was refused as it was and goes on plainer: {Reason}.")]
        public static partial void Plainer(ILogger log, ConversationId conversation, string turn, string? reason);
    }
}
