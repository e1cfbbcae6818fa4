using System.Collections.Concurrent;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Works one conversation off under one lease: what an earlier lease left in the outbox first, then turn after turn, in order,
/// until nothing waits or others should have their go.
/// </summary>
public sealed partial class ConversationWorker(
    IConversationStore store,
    TurnPipeline pipeline,
    IEnumerable<IChannel> channels,
    IOptions<PipelineOptions> options,
    PipelineMetrics metrics,
    NodeName node,
    TimeProvider clock,
    ILogger<ConversationWorker> log)
{
    /// <summary>Turns in a row before the conversation goes to the back of the line.</summary>
    private const int TurnsPerLease = 16;

    /// <summary>Bots that are off, told in the log once each, at most.</summary>
    private const int MostMissing = 100;

    private readonly ConcurrentDictionary<string, bool> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IChannel> _channels = channels.ToDictionary(c => c.Id, StringComparer.Ordinal);

    /// <summary>Whether the conversation's channel is on. Mail of one that is off waits until it is configured again.</summary>
    internal bool CanWork(ConversationId conversation)
    {
        if (_channels.TryGetValue(conversation.Channel, out var channel) && channel.Serves(conversation)) return true;
        var bot = string.Join(':', conversation.Value.Split(':').Take(2));
        if (_missing.Count < MostMissing && _missing.TryAdd(bot, true)) Log.NoChannel(log, bot);
        return false;
    }

    /// <summary>Claims the conversation and works until it is released or lost.</summary>
    /// <param name="handle">Lets others stop the running turn.</param>
    internal async Task RunAsync(ConversationId conversation, WorkHandle handle)
    {
        var claimedAt = clock.GetTimestamp();
        if (await store.ClaimAsync(conversation, node.Value, options.Value.Lease, CancellationToken.None) is { } claim) await RunAsync(claim, claimedAt, handle);
    }

    /// <summary>Works under a lease that was taken already, not before the given time stamp.</summary>
    internal async Task RunAsync(Claim claim, long claimedAt, WorkHandle handle)
    {
        var conversation = claim.Lease.Conversation;
        var channel = _channels[conversation.Channel];
        using var keeper = new LeaseKeeper(store, claim.Lease, options.Value, clock, claimedAt, handle.Marked);
        var lease = new KeptLease(store, claim, keeper);
        await using var surface = channel.Open(lease);
        try
        {
            await WorkAsync(claim, channel, surface, lease, keeper, handle);
        }
        catch (TurnAbandonedException e) when (e.Reason is TurnEnd.ShuttingDown or TurnEnd.Revised)
        {
            // In this order: a lease that was given back is not asked what it had shown.
            await surface.AbandonAsync();
            await store.ReleaseAsync(claim.Lease, TimeSpan.Zero, CancellationToken.None);
            if (e.Reason == TurnEnd.Revised) handle.TryLookAgain();
        }
        catch (TurnAbandonedException)
        {
            Log.Abandoned(log, conversation, claim.Lease.Epoch);
        }
    }

    private async Task WorkAsync(Claim claim, IChannel channel, IReplySurface surface, KeptLease lease, LeaseKeeper keeper, WorkHandle handle)
    {
        var (mail, stop) = (claim.Mail, claim.StopSequence);
        for (var i = 0; i < claim.Outbox.Count; i++)
        {
            var left = claim.Outbox[i];
            var last = i == claim.Outbox.Count - 1;
            var delivery = await surface.DeliverAsync(left, i == 0 && claim.InDoubt ? DeliveryState.InDoubt : DeliveryState.Postponed);
            if (await SettleAsync(claim.Lease, lease, left, delivery, takeNext: !last || !handle.Draining) is not { } next) return;
            (mail, stop) = (next.Mail, next.StopSequence);
            if (mail.Count == 0 && last) return;
        }

        var (tail, window, tries, chosen) = (claim.TranscriptTail, claim.WindowStart, claim.Tries, claim.Model);
        for (var turns = 1; mail.Count > 0; turns++)
        {
            var startedAt = clock.GetTimestamp();
            using var lifetime = new TurnLifetime(options.Value.TurnTimeout, clock);
            var turn = new Turn(claim, Burst(mail), tries, tail, window, lifetime, channel, surface, clock.GetUtcNow()) { Chosen = chosen, Supersedes = await SupersededAsync(claim, mail[0].Body) };
            keeper.Watch(lifetime, startedAt);
            handle.Begin(turn);
            if (stop == turn.Mail[0].Sequence) lifetime.EndWith(TurnEnd.Stopped);
            await RunTurnAsync(turn);
            handle.Begin(null);
            keeper.Watch(null, clock.GetTimestamp());

            tail += turn.Questions.Count + 1;
            if (turn.ResetWindow) window = tail;
            if (turn.Choose is { } choose) chosen = choose.Length == 0 ? null : choose;
            tries = 1;
            var takeNext = turns < TurnsPerLease && !handle.Draining && !surface.WantsNewLease;
            if (await SettleAsync(claim.Lease, lease, turn.Reply!, turn.Delivered, takeNext) is not { } next) return;
            (mail, stop) = (next.Mail, next.StopSequence);
        }
    }

    /// <summary>Takes a delivered reply out of the outbox, or gives the conversation back until the platform may be called again.</summary>
    /// <returns>The next mail, or null when the work ends here.</returns>
    private async Task<NextMail?> SettleAsync(LeaseKey key, KeptLease lease, OutboxEntry entry, Delivery delivery, bool takeNext)
    {
        if (delivery.Fence == Fence.Lost) return null;
        if (delivery.Later is { } wait)
        {
            Log.Postponed(log, key.Conversation, entry.Reply.Message.Turn, (long)wait.TotalMilliseconds);
            await store.ReleaseAsync(key, wait, CancellationToken.None);
            return null;
        }

        var receipt = new Receipt(entry.Sequence, entry.Reply.Message.Turn, delivery.PlatformIds, delivery.Unknown);
        var next = await store.ReceiptAsync(key, receipt, takeNext, CancellationToken.None);
        lease.Settle();
        return next.Fence == Fence.Lost ? null : next;
    }

    private async Task<DeliveredAnswer?> SupersededAsync(Claim claim, InboundMessage? message) => message switch
    {
        { Revises: { } wording } => await store.FindAnswerAsync(claim.Lease.Conversation, new AnswerKey(null, wording), CancellationToken.None),
        { Regenerates: { } turn } => await store.FindAnswerAsync(claim.Lease.Conversation, new AnswerKey(turn, null), CancellationToken.None),
        _ => null,
    };

    private async Task RunTurnAsync(Turn turn)
    {
        metrics.Started(turn, turn.Messages.Count > 0 ? turn.StartedAt - turn.Messages[0].At : TimeSpan.Zero);
        var outcome = "abandoned";
        try
        {
            await pipeline.RunAsync(turn);
            outcome = turn.Reply!.Reply.Message.State.ToString().ToLowerInvariant();
            Log.Ended(log, turn.Conversation, turn.Id, outcome, turn.Model?.Name, turn.Figures.PromptTokens, turn.Figures.CompletionTokens, (long)turn.Figures.Generation.TotalMilliseconds);
        }
        finally
        {
            metrics.Ended(turn, outcome);
        }
    }

    /// <summary>The messages of the next turn: one, or with a debounce the burst up to the next command.</summary>
    private IReadOnlyList<Mail> Burst(IReadOnlyList<Mail> mail)
    {
        if (options.Value.Debounce == TimeSpan.Zero) return [mail[0]];
        var count = mail.Take(options.Value.MaxBurst).TakeWhile(m => m.Body is { Revises: null, Regenerates: null } && CommandStage.Parse(m.Body.Text) is null).Count();
        return [.. mail.Take(Math.Max(1, count))];
    }

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Information, "Turn {Turn} of {Conversation} ended {Outcome}: model {Model}, {PromptTokens} + {CompletionTokens} tokens, {Milliseconds} ms.")]
        public static partial void Ended(ILogger log, ConversationId conversation, string turn, string outcome, string? model, int promptTokens, int completionTokens, long milliseconds);

        [LoggerMessage(1011, LogLevel.Warning, "Lease {Epoch} of {Conversation} was lost; another claim takes the turn up again.")]
        public static partial void Abandoned(ILogger log, ConversationId conversation, long epoch);

        [LoggerMessage(1013, LogLevel.Information, "The reply of turn {Turn} of {Conversation} is delivered in {Milliseconds} ms or later: its platform wants to be left alone.")]
        public static partial void Postponed(ILogger log, ConversationId conversation, string turn, long milliseconds);

        [LoggerMessage(1012, LogLevel.Error, "There is mail for '{Bot}', which is off. It waits until the channel is configured again.")]
        public static partial void NoChannel(ILogger log, string bot);
    }
}

/// <summary>This process's name among the nodes: for operators, and unique for every start.</summary>
public sealed record NodeName(string Value)
{
    public static NodeName Create() => new($"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}");
}
