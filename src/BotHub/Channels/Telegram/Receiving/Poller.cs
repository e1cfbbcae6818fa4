using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Telegram.Bot;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Polls for one bot, on one node at a time. The offset moves only when everything below it is durable, so what a crash interrupts comes
/// again and is known by its number; nothing that comes in can end the loop.
/// </summary>
internal sealed partial class Poller(TelegramBot bot, UpdatePoll poll, UpdateIntake intake, Notices notices, IPollLeases leases, NodeName node, TimeSpan duration, TimeProvider clock, ILogger log)
{
    /// <summary>How long the server holds an empty answer back.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    /// <summary>How long a dead node's bots wait for another; how often a live one says that it lives; how often the others look.</summary>
    private readonly TimeSpan _duration = duration, _renewal = duration / 3, _look = duration / 3;

    /// <summary>A server that answers faster than this, and with nothing, does not hold its answers back.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);

    /// <summary>How often in a row an update may come broken, alone in its answer, before it counts as broken at the server.</summary>
    private const int BrokenAtMost = 3;

    private readonly Backoff _backoff = new();
    private (int? Id, int Times) _broken;
    private bool _webhookDeleted;

    /// <summary>Ends when it is told to, with the poll given up or its updates safe, and the lease given back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await leases.TryAcquireAsync(bot.Key, node.Value, _duration, stop) is { } lease) await HoldAsync(lease, stop);
                else bot.Health.Problem = null;
                await Task.Delay(_look * (0.75 + Random.Shared.NextDouble() / 2), clock, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await RecoverAsync(e, stop);
            }
        }
    }

    private async Task HoldAsync(PollLease lease, CancellationToken stop)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keeping = KeepAsync(lease, held);
        var offset = lease.Offset;
        _webhookDeleted = false;
        Log.Polling(log, bot.Name);
        try
        {
            while (!held.IsCancellationRequested)
            {
                try
                {
                    if (await PollOnceAsync(lease, offset, held.Token) is not { } next) return;
                    offset = next;
                }
                catch (Exception e) when (!held.IsCancellationRequested)
                {
                    await RecoverAsync(e, held.Token);
                }
                catch (OperationCanceledException)
                {
                    // The hub stops, or another node polls: what this poll would have brought is not confirmed, and comes again.
                }
            }
        }
        finally
        {
            await held.CancelAsync();
            await keeping;
            await ReleaseAsync(lease);
        }
    }

    /// <returns>The next offset; null when another node polls.</returns>
    private async Task<long?> PollOnceAsync(PollLease lease, long offset, CancellationToken cancel)
    {
        var asked = clock.GetTimestamp();
        var answer = await poll.AskAsync(offset, _broken.Times > 0 ? 1 : UpdatePoll.Most, cancel);
        if (!answer.Ok && answer.Broken is null)
        {
            await RefusedAsync(Trouble.Of(answer.ErrorCode, answer.Description, answer.RetryAfter), cancel);
            return offset;
        }

        // From here on nothing is cancelled: what Telegram handed out is stored first.
        await StoreAsync(answer.Updates);
        var next = NextOffset(answer.Updates, offset);
        if (answer.Broken is { } broken) next = await BrokenAsync(broken, answer, next);
        else _broken = default;
        if (await leases.AdvanceAsync(lease, next, _duration, CancellationToken.None) == Fence.Lost) return null;
        if (answer.Broken is not null)
        {
            await TroubledAsync(new Trouble(answer.Status == 200 ? "the Bot API server's answer broke off or is no JSON" : $"the Bot API server answered with HTTP status {answer.Status} and no JSON"), cancel);
            return next;
        }

        _backoff.Reset();
        (bot.Health.Problem, bot.Health.TokenRefused) = (null, false);
        var stuck = next == offset && (answer.Updates.Count > 0 || clock.GetElapsedTime(asked) < AtOnce);
        if (stuck) await Task.Delay(_backoff.Next(), clock, cancel);
        return next;
    }

    /// <summary>Chats in parallel, the updates of one in their order.</summary>
    private async Task StoreAsync(IReadOnlyList<RawUpdate> updates)
    {
        List<Task> chats = [];
        Dictionary<long, List<(global::Telegram.Bot.Types.Update Update, RawUpdate Raw)>> byChat = [];
        foreach (var raw in updates)
        {
            if (UpdateIntake.Parse(raw.Json.Span, out var reason) is not { } update)
            {
                await intake.PutAsideAsync(bot, raw.Id, reason, raw.Json);
                continue;
            }

            var chat = UpdateReader.ChatOf(update);
            if (!byChat.TryGetValue(chat, out var list)) byChat[chat] = list = [];
            list.Add((update, raw));
        }

        foreach (var list in byChat.Values) chats.Add(StoreChatAsync(list));
        await Task.WhenAll(chats);
    }

    private async Task StoreChatAsync(List<(global::Telegram.Bot.Types.Update Update, RawUpdate Raw)> updates)
    {
        foreach (var (update, raw) in updates)
            if (await intake.TakeAsync(bot, update, raw.Json) == Intake.Full && (update.Message ?? update.EditedMessage) is { } message) notices.Full(bot, MessageReader.AddressOf(message, bot));
    }

    /// <summary>
    /// Behind the last update whose number is known. Where none is, the updates can only be confirmed by asking for one number more:
    /// harmless, as the server had none below them.
    /// </summary>
    private static long NextOffset(IReadOnlyList<RawUpdate> updates, long offset)
    {
        var last = updates.Max(u => (long?)u.Id);
        if (last is { } id) return id + 1;
        return updates.Count > 0 && offset > 0 ? offset + 1 : offset;
    }

    /// <summary>
    /// The transport may have cut it, so it is asked for again, alone. When it comes broken every time it is broken at the server, and
    /// would hold up all that is behind it.
    /// </summary>
    private async Task<long> BrokenAsync(RawUpdate broken, RawUpdates answer, long next)
    {
        _broken = answer.Updates.Count == 0 && broken.Id == _broken.Id ? (broken.Id, _broken.Times + 1) : (broken.Id, 1);
        if (_broken.Times < BrokenAtMost || broken.Id is not { } id) return next;
        await intake.PutAsideAsync(bot, id, "it is no JSON", broken.Json);
        _broken = default;
        return id + 1L;
    }

    private async Task RefusedAsync(Trouble trouble, CancellationToken cancel)
    {
        if (trouble.WebhookIsSet && !_webhookDeleted)
        {
            _webhookDeleted = true;
            Log.WebhookInTheWay(log, bot.Name);
            await bot.Client.DeleteWebhook(cancellationToken: cancel);
            return;
        }

        await TroubledAsync(trouble, cancel);
    }

    private async Task RecoverAsync(Exception e, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return;
        if (Trouble.Of(e) is not { } trouble)
        {
            Log.Broken(log, bot.Name, e.GetType().Name, e);
            trouble = new Trouble("a fault of the hub; see the log");
        }

        await TroubledAsync(trouble, cancel);
    }

    private async Task TroubledAsync(Trouble trouble, CancellationToken cancel)
    {
        var wait = _backoff.Next();
        if (wait < trouble.AtLeast) wait = trouble.AtLeast;
        (bot.Health.Problem, bot.Health.TokenRefused) = (trouble.Problem, trouble.TokenRefused);
        if (trouble.TokenRefused) Log.TokenRefused(log, bot.Name, trouble.Problem, wait.TotalSeconds);
        else Log.Troubled(log, bot.Name, trouble.Problem, wait.TotalSeconds);
        await Task.Delay(wait, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Renews the lease while it is held, and ends the poll when another node has it.</summary>
    private async Task KeepAsync(PollLease lease, CancellationTokenSource held)
    {
        while (true)
        {
            await Task.Delay(_renewal, clock, held.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (held.IsCancellationRequested) return;
            try
            {
                if (await leases.RenewAsync(lease, _duration, CancellationToken.None) == Fence.Held) continue;
                Log.LeaseLost(log, bot.Name);
                await held.CancelAsync();
                return;
            }
            catch (StoreUnavailableException)
            {
                // Another node may poll meanwhile: then this one's offset is refused, and what both store is known by its number.
            }
        }
    }

    private async Task ReleaseAsync(PollLease lease)
    {
        try
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // It runs out by itself.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Information, "Telegram bot {Bot}: this node polls for it")]
        public static partial void Polling(ILogger log, string bot);

        [LoggerMessage(3002, LogLevel.Warning, "Telegram bot {Bot} does not receive: {Problem}. Next try in {Seconds:0.0} s")]
        public static partial void Troubled(ILogger log, string bot, string problem, double seconds);

        [LoggerMessage(3003, LogLevel.Error, "Telegram bot {Bot} does not receive: {Problem}. Next try in {Seconds:0} s")]
        public static partial void TokenRefused(ILogger log, string bot, string problem, double seconds);

        [LoggerMessage(3004, LogLevel.Warning, "Telegram bot {Bot}: a webhook is set at Telegram, but this hub polls (Mode is Polling). It is removed now; if another hub needs it, stop one of the two")]
        public static partial void WebhookInTheWay(ILogger log, string bot);

        [LoggerMessage(3005, LogLevel.Warning, "Telegram bot {Bot}: another node polls for it now")]
        public static partial void LeaseLost(ILogger log, string bot);

        [LoggerMessage(3006, LogLevel.Error, "Telegram bot {Bot}: the poller met {Kind}")]
        public static partial void Broken(ILogger log, string bot, string kind, Exception exception);
    }
}
