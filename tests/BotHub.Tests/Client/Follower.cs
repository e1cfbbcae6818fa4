using System.Net.ServerSentEvents;

namespace BotHub.Tests.Client;

/// <summary>
/// Follows a conversation like a page that is never closed: when the stream ends or breaks, it comes back with the last id, at any
/// replica. Tests wait on what is shown.
/// </summary>
public sealed class Follower : IAsyncDisposable
{
    private readonly HubConversation _conversation;
    private readonly Func<Uri> _replica;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly ShownPage _page = new();
    private readonly int _restless;
    private readonly Task _loop;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _broken;
    private int _connections;

    /// <param name="replica">Where to connect, asked anew for every connection; null is any.</param>
    /// <param name="after">Null: from now on.</param>
    /// <param name="restless">Leaves after one of so many events by chance and comes back at once; 0 never does.</param>
    public Follower(HubConversation conversation, Func<Uri>? replica = null, long? after = null, int restless = 0)
    {
        (_conversation, _replica, _restless) = (conversation, replica ?? conversation.Client.AnyReplica, restless);
        _loop = Task.Run(() => FollowAsync(after));
    }

    /// <summary>Completes when the first stream is open: what is posted from then on is seen.</summary>
    public Task Connected => _connected.Task;

    public int Connections => _connections;

    public T Read<T>(Func<ShownPage, T> read)
    {
        lock (_gate) return read(_page);
    }

    /// <summary>Waits until the page shows what is asked for; fails at once when the stream breaks a rule.</summary>
    public async Task UntilAsync(Func<ShownPage, bool> shown, string what, CancellationToken deadline)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_broken is not null) throw new ContractException($"Conversation {_conversation.Id}: {_broken.Message}");
                if (shown(_page)) return;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline);
            }
            catch (OperationCanceledException)
            {
                throw new ContractException($"Conversation {_conversation.Id} never showed {what}. It shows: {Read(p => string.Join(" | ", p.Messages.Select(m => $"{m.Id} {m.State} '{m.Text}'")))} at {Read(p => p.LastId)}, connection {_connections}.");
            }
        }
    }

    private async Task FollowAsync(long? after)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    // Who has been connected and has seen nothing has missed everything since.
                    var from = Read(p => p.LastId) ?? (_connections == 0 ? after : 0);
                    using var response = await _conversation.TryFollowAsync(_replica(), from, _stop.Token);
                    if (response is not null) await ReadAsync(response);
                }
                catch (Exception e) when (HubClient.IsBroken(e))
                {
                    await Task.Delay(50, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { /* closed */ }
        catch (Exception e)
        {
            lock (_gate) _broken = e;
            _connected.TrySetException(e);
            Pulse();
        }
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync(_stop.Token);
        _connections++;
        _connected.TrySetResult();
        var parser = SseParser.Create(body);
        await foreach (var item in parser.EnumerateAsync(_stop.Token))
        {
            lock (_gate) _page.Apply(HubConversation.Parse(item.EventId ?? parser.LastEventId, item.Data));
            Pulse();
            if (_restless > 0 && _conversation.Client.Next(0, _restless) == 0) return;
        }
    }

    private void Pulse()
    {
        TaskCompletionSource changed;
        lock (_gate) (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }
}
