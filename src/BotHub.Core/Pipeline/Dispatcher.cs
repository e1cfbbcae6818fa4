using System.Collections.Concurrent;
using System.Threading.Channels;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Starts a worker for every conversation that is due, up to the node's limit. It learns of them by hints (its own channels, other
/// nodes) and, as the safety net, by a sweep. When the host is asked to stop, running turns may finish before anything else stops.
/// </summary>
public sealed partial class Dispatcher(
    IConversationStore store,
    IWakeUps wakeUps,
    IServiceProvider services,
    IOptions<PipelineOptions> options,
    TimeProvider clock,
    ILogger<Dispatcher> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>Conversations that one sweep takes up, and those of channels that are off which it looks past.</summary>
    private const int AtOnce = 256, MostWaiting = 10_000;

    private readonly Channel<ConversationId> _hints = Channel.CreateBounded<ConversationId>(
        // What does not fit is found by the sweep.
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ConcurrentDictionary<ConversationId, WorkHandle> _running = new();
    private readonly SemaphoreSlim _slots = new(options.Value.MaxConcurrentTurns);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _drained = new();
    private Task _loops = Task.CompletedTask;
    private Task? _stopping;

    /// <summary>Resolved late: a worker needs the channels, and channels need the inbox, which needs this dispatcher.</summary>
    private ConversationWorker Worker => field ??= (ConversationWorker)services.GetService(typeof(ConversationWorker))!;

    /// <summary>Cancelled when the node has finished its turns and long-lived connections may end.</summary>
    public CancellationToken Drained => _drained.Token;

    /// <summary>Conversations this node is working on.</summary>
    public int Running => _running.Count;

    public bool Draining => _stop.IsCancellationRequested;

    /// <summary>Says that a conversation is due, or will be after <paramref name="delay"/>.</summary>
    public void Hint(ConversationId conversation, TimeSpan delay)
    {
        if (delay > TimeSpan.Zero) _ = LaterAsync();
        else if (Draining || _slots.CurrentCount == 0) _ = OfferAsync(conversation);
        else _hints.Writer.TryWrite(conversation);

        async Task LaterAsync()
        {
            try { await Task.Delay(delay, clock, _stop.Token); }
            catch (OperationCanceledException) { return; }
            _hints.Writer.TryWrite(conversation);
        }
    }

    /// <summary>Makes a turn that runs on this node look at the marks. False when none runs here.</summary>
    public bool CheckMarks(ConversationId conversation)
    {
        if (!_running.TryGetValue(conversation, out var handle)) return false;
        _ = CheckAsync();
        return true;

        async Task CheckAsync()
        {
            try { handle.Marked(await store.ReadMarksAsync(conversation, _stop.Token)); }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException) { /* the lease's next renewal tells it */ }
        }
    }

    /// <summary>
    /// Keeps a place for a conversation whose message is about to be accepted, so that one call can do both, accept and claim. Null when
    /// no place is free or the conversation is worked on here: then a hint, after the message was accepted, does the same.
    /// </summary>
    internal WorkHandle? TryReserve(ConversationId conversation)
    {
        if (Draining || !Worker.CanWork(conversation) || !_slots.Wait(0)) return null;
        var handle = new WorkHandle();
        if (_running.TryAdd(conversation, handle))
        {
            // Asked once more: whoever stops the node now waits for this place.
            if (!Draining) return handle;
            Leave(conversation, handle);
            return null;
        }

        _slots.Release();
        return null;
    }

    /// <summary>Begins the work on a kept place, or gives the place back where nothing was claimed.</summary>
    internal void Take(ConversationId conversation, WorkHandle place, Claim? claim, long claimedAt)
    {
        if (claim is null) Leave(conversation, place);
        else Begin(conversation, place, () => Worker.RunAsync(claim, claimedAt, place));
    }

    /// <summary>A turn is no part of the request that brought its message: it carries on no trace and no log scope of it.</summary>
    private void Begin(ConversationId conversation, WorkHandle handle, Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow()) _ = WorkAsync(conversation, handle, work);
    }

    private void Leave(ConversationId conversation, WorkHandle handle)
    {
        _running.TryRemove(conversation, out _);
        _slots.Release();
        if (handle.End()) _hints.Writer.TryWrite(conversation);
    }

    private async Task OfferAsync(ConversationId conversation)
    {
        _hints.Writer.TryWrite(conversation);
        try { await wakeUps.OfferAsync(conversation); }
        catch (StoreUnavailableException) { /* a hint only */ }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loops = Task.WhenAll(StartWorkersAsync(), SweepAsync());
        return wakeUps.ListenAsync(offered: c => _hints.Writer.TryWrite(c), marked: c => CheckMarks(c), cancellationToken);
    }

    private async Task StartWorkersAsync()
    {
        try
        {
            await foreach (var conversation in _hints.Reader.ReadAllAsync(_stop.Token))
            {
                await _slots.WaitAsync(_stop.Token);
                var handle = new WorkHandle();
                if (_running.TryAdd(conversation, handle)) Begin(conversation, handle, () => Worker.CanWork(conversation) ? Worker.RunAsync(conversation, handle) : Task.CompletedTask);
                else
                {
                    _slots.Release();
                    if (!_running.TryGetValue(conversation, out var busy) || !busy.TryLookAgain()) _hints.Writer.TryWrite(conversation);
                }
            }
        }
        catch (OperationCanceledException) { /* draining */ }
    }

    private async Task WorkAsync(ConversationId conversation, WorkHandle handle, Func<Task> work)
    {
        try
        {
            await Task.Yield();
            if (Draining) handle.Draining = true;
            await work();
        }
        catch (StoreUnavailableException e)
        {
            Log.StoreAway(log, conversation, e.Message);
        }
        catch (Exception e)
        {
            Log.Broken(log, conversation, e);
        }
        finally
        {
            Leave(conversation, handle);
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(options.Value.Sweep, clock);
        var waiting = 0;
        try
        {
            do
            {
                try
                {
                    var due = await store.PeekDueAsync(AtOnce + waiting, _stop.Token);
                    // Mail of channels that are off stays due; it must not take the places of the others.
                    var mine = due.Where(Worker.CanWork).ToList();
                    waiting = Math.Min(due.Count - mine.Count, MostWaiting);
                    foreach (var conversation in mine)
                        if (!_running.ContainsKey(conversation)) _hints.Writer.TryWrite(conversation);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Whatever it was: without the sweep, mail of dead nodes would wait for good.
                    Log.SweepFailed(log, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) { /* draining */ }
    }

    /// <summary>Runs before the web server stops, so that people see their answers end.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping ??= DrainAsync();

    private async Task DrainAsync()
    {
        await _stop.CancelAsync();
        foreach (var handle in _running.Values) handle.Draining = true;
        if (!_running.IsEmpty) Log.Draining(log, _running.Count);
        await _loops;
        await UntilIdleAsync(options.Value.Drain);
        foreach (var handle in _running.Values) handle.Abort();
        await UntilIdleAsync(TimeSpan.FromSeconds(5));
        await _drained.CancelAsync();
    }

    private async Task UntilIdleAsync(TimeSpan patience)
    {
        var start = clock.GetTimestamp();
        while (!_running.IsEmpty && clock.GetElapsedTime(start) < patience) await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stop.Dispose();
        _drained.Dispose();
        _slots.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Error, "Work on {Conversation} broke off; its lease runs out and it is taken up again.")]
        public static partial void Broken(ILogger log, ConversationId conversation, Exception e);

        [LoggerMessage(1021, LogLevel.Warning, "The store did not answer while {Conversation} was worked on: {Reason} The turn is taken up again after its lease.")]
        public static partial void StoreAway(ILogger log, ConversationId conversation, string reason);

        [LoggerMessage(1022, LogLevel.Warning, "The sweep for waiting conversations failed: {Reason}")]
        public static partial void SweepFailed(ILogger log, string reason);

        [LoggerMessage(1023, LogLevel.Information, "Stopping: {Count} conversations finish their running turn first.")]
        public static partial void Draining(ILogger log, int count);
    }
}
