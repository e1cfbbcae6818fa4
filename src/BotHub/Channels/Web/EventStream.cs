using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;

namespace BotHub.Channels.Web;

/// <summary>
/// One open event stream of one client (text/event-stream, WHATWG HTML section 9.2). It sends what the client has missed, then what
/// is written; whenever the two cannot be joined without a gap it sends a snapshot instead.
/// </summary>
internal sealed class EventStream(HttpResponse response, Visitor visitor, IConversationStore store, IConversationFeed feed, TimeProvider clock)
{
    /// <summary>Messages in a snapshot at most: the newest.</summary>
    private const int SnapshotLimit = 200;

    /// <summary>A comment line this often keeps proxies from closing the stream.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How long a stopping node goes on sending to a client that does not read.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private long _cursor;

    /// <param name="drained">The node has finished its turns: what there is is still sent, then the stream ends.</param>
    /// <param name="aborted">The client is gone.</param>
    public async Task RunAsync(long? after, CancellationToken drained, CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await using var patience = drained.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelAfter(Farewell), end);
        var cancel = end.Token;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await using var subscription = await feed.SubscribeAsync(visitor.Conversation, cancel);
        // Before the first byte: who sees the stream open misses nothing from then on.
        await JoinAsync(after, cancel);
        await CommentAsync("connected", cancel);
        try
        {
            await FollowAsync(subscription, drained, cancel);
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            // What the last turns wrote is in the log, whether or not word of it has come round.
            await CatchUpAsync(cancel);
        }
    }

    private async Task FollowAsync(IFeedSubscription subscription, CancellationToken drained, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(drained, cancel);
        await using var batches = subscription.ReadAllAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = batches.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                try
                {
                    if (!await next.WaitAsync(Heartbeat, clock, CancellationToken.None)) return;
                }
                catch (TimeoutException)
                {
                    await CommentAsync("", cancel);
                    // Word of the last batch can be lost with a connection, and no other may follow it.
                    if (await feed.ReadAsync(visitor.Conversation, cancel) is [.., var last] && last.LastId > _cursor) await CatchUpAsync(cancel);
                    continue;
                }

                var batch = batches.Current;
                if (batch.PreviousId == _cursor && batch.Events.Count > 0) await SendAsync(batch, cancel);
                else if (batch.Events.Count == 0 || batch.LastId > _cursor) await CatchUpAsync(cancel);
                next = batches.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator that still waits can't be disposed.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinAsync(long? after, CancellationToken cancel)
    {
        if (after is > 0)
        {
            _cursor = after.Value;
            await CatchUpAsync(cancel);
            return;
        }

        // From now on; but deltas of an answer in progress mean nothing without its beginning. And 0 is before everything.
        var held = await feed.ReadAsync(visitor.Conversation, cancel);
        if (after is null && LiveAnswer.Of(held) is null) _cursor = held is [.., var last] ? last.LastId : 0;
        else await SnapshotAsync(cancel);
    }

    /// <summary>Sends all after the cursor from the log, or a snapshot where the log does not reach back to it.</summary>
    private async Task CatchUpAsync(CancellationToken cancel)
    {
        var held = await feed.ReadAsync(visitor.Conversation, cancel);
        if (held.Count == 0 || _cursor > held[^1].LastId)
        {
            // An expired log, or a cursor from elsewhere. A client that has seen nothing has missed nothing.
            if (_cursor != 0) await SnapshotAsync(cancel);
            return;
        }

        if (_cursor < held[0].FirstId && _cursor != held[0].PreviousId)
        {
            await SnapshotAsync(cancel);
            return;
        }

        foreach (var batch in held)
            if (batch.LastId > _cursor) await SendAsync(batch, cancel);
    }

    private async Task SendAsync(FeedBatch batch, CancellationToken cancel)
    {
        var inStep = batch.PreviousId == _cursor;
        for (var i = 0; i < batch.Events.Count; i++)
        {
            var id = batch.FirstId + i;
            if (id <= _cursor) continue;
            switch (batch.Events[i])
            {
                case FeedReset { Void: true }:
                case FeedReset when !inStep:
                    await SnapshotAsync(cancel);
                    continue;
                case var e when WireEvent.Of(e, visitor.Chat) is { } wire:
                    Frame(id, wire);
                    break;
            }

            _cursor = id;
        }

        await FlushAsync(cancel);
    }

    private async Task SnapshotAsync(CancellationToken cancel)
    {
        var snapshot = ConversationSnapshot.Of(await store.ReadViewAsync(visitor.Conversation, SnapshotLimit, cancel), followed: true);
        // The feed's newest events are not awaited on disk: after a crash the log may end before what the client has seen.
        _cursor = Math.Max(_cursor, snapshot.Cursor);
        Frame(_cursor, WireEvent.Snapshot(snapshot.Messages));
        await FlushAsync(cancel);
    }

    private void Frame(long id, WireEvent e)
    {
        _frame.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {id}\ndata: ")));
        // JSON has no raw line breaks, so one data line always holds it.
        using (var json = new Utf8JsonWriter(_frame, new JsonWriterOptions { Encoder = WireJson.Stream.Options.Encoder }))
            JsonSerializer.Serialize(json, e, WireJson.Stream.WireEvent);
        _frame.Write("\n\n"u8);
    }

    private async Task CommentAsync(string text, CancellationToken cancel)
    {
        _frame.Write(Encoding.ASCII.GetBytes($": {text}\n\n"));
        await FlushAsync(cancel);
    }

    private async Task FlushAsync(CancellationToken cancel)
    {
        if (_frame.WrittenCount == 0) return;
        await response.Body.WriteAsync(_frame.WrittenMemory, cancel);
        await response.Body.FlushAsync(cancel);
        _frame.ResetWrittenCount();
    }
}
