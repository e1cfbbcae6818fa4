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

    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private long _cursor;

    public async Task RunAsync(long? after, CancellationToken cancel)
    {
        var conversation = visitor.Conversation;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await using var subscription = await feed.SubscribeAsync(conversation, cancel);
        await CommentAsync("connected", cancel);
        await JoinAsync(after, cancel);

        await using var batches = subscription.ReadAllAsync(cancel).GetAsyncEnumerator(cancel);
        var next = batches.MoveNextAsync().AsTask();
        while (true)
        {
            try
            {
                if (!await next.WaitAsync(Heartbeat, clock, cancel)) return;
            }
            catch (TimeoutException)
            {
                await CommentAsync("", cancel);
                continue;
            }

            var batch = batches.Current;
            if (batch.PreviousId == _cursor && batch.Events.Count > 0) await SendAsync(batch, cancel);
            else if (batch.Events.Count == 0 || batch.LastId > _cursor) await CatchUpAsync(cancel);
            next = batches.MoveNextAsync().AsTask();
        }
    }

    private async Task JoinAsync(long? after, CancellationToken cancel)
    {
        if (after is { } seen)
        {
            _cursor = seen;
            await CatchUpAsync(cancel);
            return;
        }

        // From now on; but deltas of an answer in progress mean nothing without its beginning.
        var held = await feed.ReadAsync(visitor.Conversation, cancel);
        if (LiveAnswer.Of(held) is null) _cursor = held is [.., var last] ? last.LastId : 0;
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
                // The snapshot that has the whole message has these too.
                case TextStarted x when _complete.Contains(x.MessageId):
                case TextAdded y when _complete.Contains(y.MessageId):
                    break;
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
        var snapshot = ConversationSnapshot.Of(await store.ReadViewAsync(visitor.Conversation, SnapshotLimit, cancel));
        _cursor = Math.Max(_cursor, snapshot.Cursor);
        _complete.Clear();
        foreach (var message in snapshot.Messages)
            if (message.Role == MessageRole.Assistant && message.State != MessageState.Answering) _complete.Add(message.Id);
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
