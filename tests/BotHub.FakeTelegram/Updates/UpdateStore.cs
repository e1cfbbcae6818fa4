using System.Text;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>
/// The updates of one bot, taken by long polling or sent to its webhook. Rules: the Bot API's page on getting updates, and the
/// open server's behaviour for everything around a second poller. All but <see cref="PollAsync"/> runs under the server's gate.
/// </summary>
internal sealed class UpdateStore(FakeBot bot)
{
    private const int LongestPoll = 50;
    private const int LargestAnswer = 4 << 20;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeptQueries = TimeSpan.FromSeconds(150);

    private readonly SortedDictionary<int, PendingUpdate> _pending = [];
    private readonly Dictionary<int, PendingUpdate> _delivered = [];
    private readonly Queue<int> _deliveredOrder = new();
    private int _allowed = UpdateKinds.Default;
    private int _lastId = 100_000_000;
    private long _previousOffset = long.MinValue;
    private DateTimeOffset _previousPoll;
    private DateTimeOffset _nextConflict;
    private TaskCompletionSource<Refused?>? _waiting;

    public Webhook? Hook { get; private set; }
    public (int Sent, int Failed) Delivered { get; set; }
    public string LastError { get; set; } = "";
    public DateTimeOffset LastErrorAt { get; set; }
    public int Count => _pending.Count;
    public bool IsPolling => _waiting is not null;
    public int Allowed => _allowed;
    public DateTimeOffset NextSetWebhook { get; set; }
    private TimeProvider Time => bot.Server.Time;

    public void Add<T>(UpdateKind kind, QueueKey queue, T state, Action<Utf8JsonWriter, T> write)
    {
        if ((_allowed & (1 << (int)kind)) == 0) return;
        var id = ++_lastId;
        var pad = Jsons.Rent();
        pad.Writer.WriteStartObject();
        pad.Writer.WriteNumber("update_id", id);
        pad.Writer.WritePropertyName(UpdateKinds.Name(kind));
        write(pad.Writer, state);
        pad.Writer.WriteEndObject();
        pad.Writer.Flush();
        Put(new(id, queue, Time.GetUtcNow() + (kind == UpdateKind.CallbackQuery ? KeptQueries : Kept), pad.Buffer.WrittenSpan.ToArray()));
        Jsons.Return(pad);
    }

    /// <summary>Takes any text; one without <c>update_id</c> gets the next one in front.</summary>
    public void Inject(string raw)
    {
        var id = ++_lastId;
        var text = raw.TrimStart();
        if (text.StartsWith('{') && !text.Contains("\"update_id\"", StringComparison.Ordinal))
        {
            var rest = text[1..].TrimStart();
            text = rest.StartsWith('}') ? $"{{\"update_id\":{id}}}" : $"{{\"update_id\":{id},{rest}";
        }

        Put(new(id, new('i', id), Time.GetUtcNow() + Kept, Encoding.UTF8.GetBytes(text)));
    }

    public void Redeliver(long id)
    {
        if (_pending.ContainsKey((int)id)) return;
        Put(_delivered.GetValueOrDefault((int)id) ?? throw new InvalidOperationException($"Update {id} was not delivered, or too long ago."));
    }

    public void SetAllowed(int? mask) => _allowed = mask ?? _allowed;

    public void SetHook(Webhook? hook)
    {
        Hook?.Close();
        Hook = hook;
        if (hook is null) return;
        if (_waiting is { } waiting) waiting.TrySetResult(Refused.Conflict("terminated by setWebhook request"));
        foreach (var update in _pending.Values) hook.Enqueue(update);
    }

    public void Clear() => _pending.Clear();

    /// <summary>The update arrived at the webhook, or is too old.</summary>
    public void Done(PendingUpdate update)
    {
        _pending.Remove(update.Id);
        Remember(update);
    }

    /// <summary>Answers getUpdates.</summary>
    /// <exception cref="Refused">409: a webhook is set, or another poller took over.</exception>
    public async Task<List<PendingUpdate>> PollAsync(long offset, int limit, int timeout, int? allowed, CancellationToken aborted)
    {
        var waiting = new TaskCompletionSource<Refused?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = Time.CreateTimer(static state => ((TaskCompletionSource<Refused?>)state!).TrySetResult(null), waiting, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var conflict = Begin(offset, ref limit, timeout, allowed, waiting, end, out var ready);
        if (conflict is null)
        {
            if (ready is not null) return ready;
            using var left = aborted.Register(static state => ((TaskCompletionSource<Refused?>)state!).TrySetResult(null), waiting);
            conflict = await waiting.Task.ConfigureAwait(false);
        }

        TimeSpan delay;
        lock (bot.Server.Gate)
        {
            if (_waiting == waiting) _waiting = null;
            bot.Server.Changed();
            if (conflict is null) return aborted.IsCancellationRequested ? [] : Take(limit);
            // Conflicts in a row are answered slowly.
            delay = Time.GetUtcNow() < _nextConflict ? TimeSpan.FromSeconds(3) : TimeSpan.Zero;
            _nextConflict = Time.GetUtcNow() + delay + TimeSpan.FromSeconds(3);
        }

        if (delay > TimeSpan.Zero) await Task.Delay(delay, Time, aborted).ConfigureAwait(false);
        throw conflict;
    }

    private Refused? Begin(long offset, ref int limit, int timeout, int? allowed, TaskCompletionSource<Refused?> waiting, ITimer end, out List<PendingUpdate>? ready)
    {
        lock (bot.Server.Gate)
        {
            ready = null;
            var wait = TimeSpan.FromSeconds(Math.Clamp(timeout, 0, LongestPoll));
            if (Hook is not null) return Refused.Conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
            _waiting?.TrySetResult(Refused.Conflict("terminated by other getUpdates request; make sure that only one bot instance is running"));
            _waiting = null;
            SetAllowed(allowed);
            // The guard against pollers that spin without confirming anything.
            var since = Time.GetUtcNow() - _previousPoll;
            if (offset == _previousOffset && timeout < 3 && since < TimeSpan.FromSeconds(3)) wait = TimeSpan.FromSeconds(3);
            if (offset == _previousOffset && since < TimeSpan.FromSeconds(0.5)) limit = 1;
            (_previousOffset, _previousPoll) = (offset, Time.GetUtcNow());
            Confirm(offset);
            var first = Take(limit);
            if (first.Count > 0 || wait == TimeSpan.Zero) ready = first;
            else
            {
                // Before anybody can see that it waits: a test's clock may be moved at once.
                end.Change(wait, Timeout.InfiniteTimeSpan);
                _waiting = waiting;
            }

            bot.Server.Changed();
            return null;
        }
    }

    private void Confirm(long offset)
    {
        if (offset < 0)
        {
            foreach (var id in _pending.Keys.SkipLast((int)Math.Min(-offset, int.MaxValue)).ToList()) _pending.Remove(id);
            return;
        }

        while (_pending.Count > 0)
        {
            var (id, update) = _pending.First();
            if (id >= offset) break;
            _pending.Remove(id);
            Remember(update);
        }
    }

    private List<PendingUpdate> Take(int limit)
    {
        List<PendingUpdate> taken = [];
        List<int>? expired = null;
        var (now, size) = (Time.GetUtcNow(), 0);
        foreach (var (id, update) in _pending)
        {
            if (update.ExpiresAt <= now)
            {
                (expired ??= []).Add(id);
                continue;
            }

            if (taken.Count >= limit || (taken.Count > 0 && size + update.Json.Length > LargestAnswer)) break;
            taken.Add(update);
            size += update.Json.Length;
        }

        expired?.ForEach(id => _pending.Remove(id));
        return taken;
    }

    private void Put(PendingUpdate update)
    {
        _pending[update.Id] = update;
        Hook?.Enqueue(update);
        _waiting?.TrySetResult(null);
    }

    private void Remember(PendingUpdate update)
    {
        if (!_delivered.TryAdd(update.Id, update)) return;
        _deliveredOrder.Enqueue(update.Id);
        if (_deliveredOrder.Count > 1_000) _delivered.Remove(_deliveredOrder.Dequeue());
    }
}
