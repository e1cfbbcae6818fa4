using System.Text;
using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Web;

/// <summary>
/// Writes one lease's replies to the feed. Text is gathered for a few tens of milliseconds, so that the store sees some writes a
/// second and not one a token; a short answer that is committed meanwhile costs a single write.
/// </summary>
internal sealed class WebReplySurface : IReplySurface
{
    /// <summary>Batches held before the log is cut: a late joiner reads them all.</summary>
    private const int CutAt = 256;

    private readonly LeaseKey _lease;
    private readonly IConversationFeed _feed;
    private readonly string? _notice;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly StringBuilder _pendingText = new();
    private readonly StringBuilder _written = new();
    private List<FeedEvent> _pending = [];
    private bool _reset;
    private bool _resetIsVoid;
    private long _nextId;
    private string? _turn;
    private int _mailCount;
    private string _messageId = "";
    private bool _textStarted;
    private Pacer? _pacer;
    private Exception? _broken;
    private bool _lost;

    /// <param name="notice">What readers are told with each turn: that no language model is loaded.</param>
    public WebReplySurface(ReplyLease lease, IConversationFeed feed, string? notice, TimeSpan interval, TimeProvider clock)
    {
        (_lease, _feed, _notice, _interval, _clock) = (lease.Key, feed, notice, interval, clock);
        (_reset, _resetIsVoid) = (lease.Resumed, lease.Resumed);
        _nextId = _lease.Epoch * IConversationFeed.IdsPerEpoch;
    }

    /// <summary>Half of the ids are left for the answer that is being written when this is asked.</summary>
    public bool WantsNewLease => _nextId % IConversationFeed.IdsPerEpoch > IConversationFeed.IdsPerEpoch / 2;

    public ValueTask StartAsync(Turn turn)
    {
        _pacer = new Pacer(FlushAsync, _clock);
        lock (_gate)
        {
            (_turn, _mailCount, _messageId, _textStarted) = (turn.Id, turn.Mail.Count, turn.AnswerId, false);
            _written.Clear();
            Add(new RunStarted(turn.Id, turn.Mail.Count));
            if (_notice is not null) Add(new CustomEvent("notice", JsonSerializer.SerializeToElement(new NoticeValue(_notice), WireJson.Default.NoticeValue)));
        }

        return default;
    }

    public ValueTask ShowAsync(ReplyPart part)
    {
        lock (_gate)
        {
            if (_lost) throw new TurnAbandonedException(TurnEnd.LeaseLost);
            ThrowIfBroken();
            switch (part)
            {
                case ReplyText text:
                    StartText();
                    _pendingText.Append(text.Delta);
                    _pacer!.Nudge(_interval);
                    break;
                case ReplyQueued queued:
                    Add(new CustomEvent("queue", JsonSerializer.SerializeToElement(new QueueValue(queued.Position, queued.Seconds), WireJson.Default.QueueValue)));
                    break;
            }
        }

        return default;
    }

    public async ValueTask<Delivery> DeliverAsync(OutboxEntry entry, DeliveryState state)
    {
        var reply = entry.Reply;
        await EndPacingAsync();
        lock (_gate)
        {
            if (state != DeliveryState.Fresh)
            {
                // The transcript has the answer already: readers are sent a fresh view, which shows it once, and then its end.
                (_reset, _resetIsVoid, _turn) = (true, true, null);
                _pending.Clear();
                _pendingText.Clear();
            }
            else
            {
                StartText();
            }

            TakeText();
            _pending.Add(new TextEnded(reply.Message.Id, reply.Message.State));
            if (reply.Usage is { } usage) _pending.Add(new CustomEvent("usage", JsonSerializer.SerializeToElement(usage, WireJson.Default.ReplyUsage)));
            _pending.Add(reply.Error is null ? new RunFinished(reply.Message.Turn) : new RunFailed(reply.Message.Turn, reply.Message.Text, reply.Error));
        }

        await WriteAsync(evenEmpty: false);
        lock (_gate)
        {
            if (_lost) return Delivery.Lost;
            ThrowIfBroken();
            _turn = null;
        }

        return Delivery.Done;
    }

    public async ValueTask AbandonAsync()
    {
        await EndPacingAsync();
        lock (_gate)
        {
            (_reset, _resetIsVoid, _turn) = (true, true, null);
            _pending.Clear();
            _pendingText.Clear();
        }

        await WriteAsync(evenEmpty: true);
        lock (_gate) ThrowIfBroken();
    }

    private void StartText()
    {
        if (_textStarted) return;
        _textStarted = true;
        _pending.Add(new TextStarted(_messageId));
    }

    private void Add(FeedEvent e)
    {
        TakeText();
        _pending.Add(e);
        _pacer!.Nudge(_interval);
    }

    private void TakeText()
    {
        if (_pendingText.Length == 0) return;
        _pending.Add(new TextAdded(_messageId, _pendingText.ToString()));
        _pendingText.Clear();
    }

    private async Task<TimeSpan> FlushAsync(CancellationToken cancel)
    {
        await WriteAsync(evenEmpty: false);
        // The store sets the pace; how long text is gathered is in the nudge.
        return TimeSpan.Zero;
    }

    /// <summary>From here on nothing is written but by whoever asked.</summary>
    private async Task EndPacingAsync()
    {
        if (_pacer is not { } pacer) return;
        _pacer = null;
        await pacer.StopAsync(Timeout.InfiniteTimeSpan);
        await pacer.DisposeAsync();
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null) throw new StoreUnavailableException("The feed could not be written.", _broken);
    }

    private async Task WriteAsync(bool evenEmpty)
    {
        try
        {
            List<FeedEvent> events;
            bool reset;
            long first;
            lock (_gate)
            {
                TakeText();
                if ((_pending.Count == 0 && !evenEmpty) || _lost || _broken is not null) return;
                (events, _pending) = (_pending, []);
                (reset, _reset) = (_reset, false);
                if (reset) events.Insert(0, Cut());
                foreach (var added in events.OfType<TextAdded>()) _written.Append(added.Delta);
                first = _nextId + 1;
                _nextId += events.Count;
            }

            var written = await _feed.WriteAsync(_lease, first, events, reset, CancellationToken.None);
            lock (_gate)
            {
                if (written.Fence == Fence.Lost) _lost = true;
                // A reset that was asked for meanwhile stays what it is: a void one must not become a mere cut.
                if (written.Held > CutAt && !_reset) (_reset, _resetIsVoid) = (true, false);
            }
        }
        catch (Exception e)
        {
            // A batch that may or may not be in the log cannot be written again: the lease is given up, and the next one resets.
            lock (_gate) _broken = e;
        }
    }

    /// <summary>What a reader needs who sees the log from here only. A void log has nothing to carry over.</summary>
    private FeedReset Cut() => _resetIsVoid || _turn is null
        ? new FeedReset(_resetIsVoid, null, 0, null, null)
        : new FeedReset(false, _turn, _mailCount, _written.Length > 0 ? _messageId : null, _written.Length > 0 ? _written.ToString() : null);

    public async ValueTask DisposeAsync() => await EndPacingAsync();
}
