using System.Net.Http.Headers;

namespace BotHub.FakeTelegram;

/// <summary>
/// Delivery to one webhook: one update of a queue at a time, up to <c>max_connections</c> queues at once, failures again at once,
/// then after 2, 4, 8… s. <c>Retry-After</c> of the webhook's answer is kept. Runs under the server's gate, posts outside of it.
/// </summary>
internal sealed class Webhook(FakeBot bot, string url, string secret, int maxConnections)
{
    private const int LongestDelay = 120;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly Outcome Accepted = new(null, TimeSpan.Zero, null);

    private readonly Dictionary<QueueKey, Queue<PendingUpdate>> _queues = [];
    private readonly Queue<QueueKey> _ready = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Uri _address = new(url);
    private readonly WebhookWire? _wire = bot.Server.Options.Lean ? new(new(url), secret) : null;
    private int _inFlight;

    public string Url => url;
    public string Secret => secret;
    public int MaxConnections => maxConnections;
    private FakeTelegramServer Server => bot.Server;

    public void Enqueue(PendingUpdate update)
    {
        if (!_queues.TryGetValue(update.Queue, out var queue))
        {
            _queues[update.Queue] = queue = new();
            _ready.Enqueue(update.Queue);
        }

        queue.Enqueue(update);
        Pump();
    }

    public void Close()
    {
        _queues.Clear();
        _ready.Clear();
        _closed.Cancel();
        _wire?.Dispose();
    }

    private void Pump()
    {
        while (_inFlight < maxConnections && _ready.TryDequeue(out var key))
        {
            _inFlight++;
            var update = _queues[key].Peek();
            if (_wire is null) _ = Task.Run(() => DeliverAsync(update));
            else _ = DeliverAsync(update);
        }
    }

    private async Task DeliverAsync(PendingUpdate update)
    {
        var extra = bot.ExtraDeliveries;
        var outcome = await (extra == 0 ? PostAsync(update) : PostAsync(update, 1 + extra)).ConfigureAwait(false);
        if (outcome.Reply is { } reply) Server.ExecuteReply(bot, reply);

        Task? retry;
        lock (Server.Gate)
        {
            _inFlight--;
            bot.Updates.Delivered = (bot.Updates.Delivered.Sent + 1, bot.Updates.Delivered.Failed + (outcome.Error is null ? 0 : 1));
            // The timer runs before anyone hears of the failure, so that a test may move its clock at once.
            retry = !_closed.IsCancellationRequested && Finish(update, outcome) is { } delay ? Task.Delay(delay, Server.Time, _closed.Token) : null;
            Pump();
            Server.Changed();
        }

        if (retry is not null) await RetryAsync(update.Queue, retry).ConfigureAwait(false);
    }

    /// <summary>Returns how long the queue has to wait, or null when it goes on or is empty.</summary>
    private TimeSpan? Finish(PendingUpdate update, Outcome outcome)
    {
        var queue = _queues[update.Queue];
        if (outcome.Error is { } error)
        {
            (bot.Updates.LastError, bot.Updates.LastErrorAt) = (error, Server.Time.GetUtcNow());
            var delay = outcome.RetryAfter;
            if (delay == TimeSpan.Zero && update.Failures > 0)
            {
                update.Delay = Math.Min(LongestDelay, update.Delay * 2);
                delay = TimeSpan.FromSeconds(update.Delay);
            }

            update.Failures++;
            if (Server.Time.GetUtcNow() + delay <= update.ExpiresAt) return delay;
        }

        bot.Updates.Done(update);
        queue.Dequeue();
        if (queue.Count > 0) _ready.Enqueue(update.Queue);
        else _queues.Remove(update.Queue);
        return null;
    }

    private async Task RetryAsync(QueueKey key, Task wait)
    {
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (Server.Gate)
        {
            if (_closed.IsCancellationRequested) return;
            _ready.Enqueue(key);
            Pump();
        }
    }

    private async Task<Outcome> PostAsync(PendingUpdate update, int times)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => PostAsync(update))).ConfigureAwait(false);
        foreach (var outcome in outcomes)
        {
            if (outcome.Reply is { } reply) Server.ExecuteReply(bot, reply);
        }

        return outcomes[0] with { Reply = null };
    }

    private Task<Outcome> PostAsync(PendingUpdate update) => _wire is null ? PostAsync(update.Json) : SendAsync(_wire, update.Json);

    private async Task<Outcome> PostAsync(byte[] json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address);
        request.Content = new ByteArrayContent(json) { Headers = { ContentType = Json } };
        if (secret.Length > 0) request.Headers.TryAddWithoutValidation("X-Telegram-Bot-Api-Secret-Token", secret);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        limit.CancelAfter(LongestAnswer);
        try
        {
            using var response = await Server.Http.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                var reply = response.Content.Headers.ContentLength == 0 ? [] : await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
                return new(null, TimeSpan.Zero, reply.Length > 2 ? reply : null);
            }

            var after = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;
            return new($"Wrong response from the webhook: {(int)response.StatusCode} {response.ReasonPhrase}", after < LongestRetryAfter ? after : LongestRetryAfter, null);
        }
        catch (HttpRequestException e)
        {
            return new(e.InnerException is System.Net.Sockets.SocketException socket ? socket.SocketErrorCode.ToString() : e.Message, TimeSpan.Zero, null);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return new("Read timeout expired", TimeSpan.Zero, null);
        }
    }

    private static async Task<Outcome> SendAsync(WebhookWire wire, byte[] json)
    {
        try
        {
            var answer = await wire.PostAsync(json).ConfigureAwait(false);
            return answer.Status is >= 200 and < 300
                ? answer.Body.Length > 2 ? new(null, TimeSpan.Zero, answer.Body) : Accepted
                : new($"Wrong response from the webhook: {answer.Status}", answer.RetryAfter < LongestRetryAfter ? answer.RetryAfter : LongestRetryAfter, null);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            return new(e.Message, TimeSpan.Zero, null);
        }
    }

    /// <param name="Error">Null for 2xx.</param>
    /// <param name="Reply">The body of a 2xx answer, if any: a method to call.</param>
    private sealed record Outcome(string? Error, TimeSpan RetryAfter, byte[]? Reply);
}
