using System.Globalization;
using System.Text;
using BotHub.Channels.Telegram.Rendering;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Shows the replies of one conversation under one lease. While an answer is written, a preview follows it at the platform's pace; an
/// answer that is finished before the first look is one message and nothing else.
/// </summary>
internal sealed partial class TelegramReplySurface(ChatLine line, ReplyLease lease, DeliveryRoom room, ILogger log) : IReplySurface
{
    /// <summary>From the beginning of a turn, and from its first text, to the first look at it.</summary>
    private static readonly TimeSpan _firstLook = TimeSpan.FromSeconds(0.7), _gather = TimeSpan.FromSeconds(0.4);

    /// <summary>How long the finished answer waits for a preview that is under way.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _afterFailure = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private ReplyQueued? _queued;
    private Turn? _turn;
    private ReplyProgress? _progress;
    private IPreview? _preview;
    private Pacer? _pacer;

    private bool Edits => line.Options.Streaming == StreamingMode.Edit || (line.Options.Streaming == StreamingMode.Auto && line.Address.Group);

    public async ValueTask StartAsync(Turn turn)
    {
        _turn = turn;
        _progress = ReplyProgress.Of(lease.Note, turn.Id);
        lock (_gate)
        {
            _text.Clear();
            _queued = null;
        }

        if (turn.Supersedes is { PlatformIds: { Count: > 0 } old } && _progress.Places.Count == 0) await TakePlacesAsync(_progress, old);
        if (line.Address.Group && _progress.Places.Count == 0) _progress.ReplyTo = Number(turn.Messages is [.., var asked] ? asked.PlatformId : null);
        // An answer that takes an old one's place is never a draft: nothing would end the draft when it is finished.
        _preview = line.Options.Streaming == StreamingMode.Off ? new TypingPreview(line)
            : Edits || _progress.Places.Count > 0 ? new EditPreview(line, lease, _progress)
            : new DraftPreview(line, DraftIds.Of(turn), room.Clock);
        _pacer = new Pacer(ShowNowAsync, room.Clock);
        _pacer.Nudge(_firstLook);
    }

    public ValueTask ShowAsync(ReplyPart part)
    {
        lock (_gate)
        {
            if (part is ReplyText text) _text.Append(text.Delta);
            else if (part is ReplyQueued queued) _queued = queued;
            else return default;
        }

        _pacer?.Nudge(_gather);
        return default;
    }

    public async ValueTask<Delivery> DeliverAsync(OutboxEntry entry, DeliveryState state)
    {
        await EndPreviewAsync();
        var turn = entry.Reply.Message.Turn;
        var progress = state == DeliveryState.Fresh && _progress?.Turn == turn ? _progress : ReplyProgress.Of(lease.Note, turn);
        _progress = null;
        return await new ReplyDelivery(line, lease, entry.Reply, progress, Edits, state == DeliveryState.InDoubt, room.Metrics, log).RunAsync();
    }

    /// <summary>What has been shown stays: the turn that is begun anew goes on in the same message, or the same draft.</summary>
    public async ValueTask AbandonAsync() => await EndPreviewAsync();

    public async ValueTask DisposeAsync() => await EndPreviewAsync();

    private async Task EndPreviewAsync()
    {
        if (_pacer is not { } pacer) return;
        _pacer = null;
        await pacer.StopAsync(_patience);
        await pacer.DisposeAsync();
    }

    private async Task TakePlacesAsync(ReplyProgress progress, IReadOnlyList<string> old)
    {
        foreach (var id in old)
            if (Number(id) is { } message) progress.AddPlace(message);
        if (await lease.NoteAsync(progress.ToNote()) == Fence.Lost) throw new TurnAbandonedException(TurnEnd.LeaseLost);
        progress.Unwritten = false;
    }

    private async Task<TimeSpan> ShowNowAsync(CancellationToken cancel)
    {
        // Who has pressed Stop does not want to see more.
        if (_turn!.Cancel.IsCancellationRequested) return _afterFailure;
        var spacing = _afterFailure;
        try
        {
            spacing = await _preview!.ShowAsync(Visible(), cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (StoreUnavailableException)
        {
            // The turn itself meets it, where it matters.
        }
        catch (Exception e)
        {
            Log.PreviewFailed(log, lease.Conversation, e);
        }

        if (_preview!.Keep != Timeout.InfiniteTimeSpan) _pacer?.Nudge(_preview.Keep);
        return spacing;
    }

    private string Visible()
    {
        string text;
        ReplyQueued? queued;
        lock (_gate) (text, queued) = (_text.ToString(), _queued);
        if (text.Length > 0) return AnswerRenderer.Preview(text);
        return queued is { Position: > 0 } ? AnswerTexts.Waiting(queued.Position, queued.Seconds) : "";
    }

    private static int? Number(string? id) => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static partial class Log
    {
        [LoggerMessage(3221, LogLevel.Warning, "The answer in {Conversation} could not be shown while it was written.")]
        public static partial void PreviewFailed(ILogger log, ConversationId conversation, Exception e);
    }
}
