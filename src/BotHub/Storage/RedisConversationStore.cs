using BotHub.Core.Conversations;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The conversation store over Redis or the embedded Garnet: one script per step, see <see cref="Keys"/> for what they keep.</summary>
internal sealed partial class RedisConversationStore(
    StoreConnection connection, IStoreServer server, Keys keys, IOptions<StorageOptions> options, ILogger<RedisConversationStore> logger) : IConversationStore
{
    private const int MaxNote = 4096;

    private readonly StorageOptions _options = options.Value;

    private RedisValue IdleMilliseconds => _options.IdleExpiry is { } idle ? Milliseconds(idle) : "0";

    public async Task<AcceptResult> AcceptAsync(InboundMessage message, TimeSpan delay, CancellationToken cancel)
    {
        var result = Accepted((RedisResult[])(await RunAcceptAsync(message, delay, "", TimeSpan.Zero, cancel))!);
        // A duplicate may have met a message that is not on disk yet.
        if (result.Outcome != AcceptOutcome.Full) await server.DurableAsync();
        return result;
    }

    public async Task<(AcceptResult Result, Claim? Claim)> AcceptAndClaimAsync(InboundMessage message, string owner, TimeSpan lease, CancellationToken cancel)
    {
        Owned(owner);
        var f = (RedisResult[])(await RunAcceptAsync(message, TimeSpan.Zero, owner, lease, cancel))!;
        var result = Accepted(f);
        if (result.Outcome != AcceptOutcome.Full) await server.DurableAsync();
        if (f.Length == 3) return (result, null);
        return (result, new Claim(
            new LeaseKey(message.Conversation, (long)f[3], owner), Resumed: false, (int)f[4], (long)f[5], (long)f[6], (long)f[7],
            [], [new Mail(result.Sequence, message)], Note: Filled(f[8]), Model: Filled(f[9])));
    }

    /// <summary>The same id twice is one message, so an unanswered accept may be repeated. Should the first try have claimed, its lease runs out.</summary>
    private Task<RedisResult> RunAcceptAsync(InboundMessage message, TimeSpan delay, string owner, TimeSpan lease, CancellationToken cancel) =>
        connection.RepeatAsync(
            AcceptScript.Script,
            Mailbox(message.Conversation),
            [
                message.Conversation.Value, message.Id, StoredMessage.Write(message), Milliseconds(delay),
                _options.MailboxLimit, message.PlatformId ?? "", message.Revises ?? "",
                owner, Milliseconds(lease),
            ],
            cancel);

    private static AcceptResult Accepted(RedisResult[] f) => new(
        (int)f[0] switch { 1 => AcceptOutcome.Accepted, 2 => AcceptOutcome.Revised, 0 => AcceptOutcome.Duplicate, _ => AcceptOutcome.Full }, (long)f[1], (int)f[2]);

    public async Task<IReadOnlyList<ConversationId>> PeekDueAsync(int limit, CancellationToken cancel)
    {
        var now = await ServerTimeAsync(cancel);
        var rows = await connection.CallAsync(
            database => Task.WhenAll(Partitions(p => database.SortedSetRangeByScoreWithScoresAsync(keys.Ready(p), 0, now, take: limit))), cancel);
        var due = new List<ConversationId>();
        foreach (var row in rows.SelectMany(r => r).OrderBy(r => r.Score).Take(limit))
            if (ConversationId.TryParse(row.Element, out var id)) due.Add(id.Value);
        return due;
    }

    public async Task<Claim?> ClaimAsync(ConversationId conversation, string owner, TimeSpan lease, CancellationToken cancel)
    {
        Owned(owner);
        var result = await connection.RunAsync(
            ClaimScript.Script, Mailbox(conversation), [conversation.Value, owner, Milliseconds(lease)], cancel);
        if (result.IsNull) return null;
        var f = (RedisResult[])result!;
        await server.DurableAsync();
        return new Claim(
            new LeaseKey(conversation, (long)f[0], owner), (int)f[1] == 1, (int)f[2], (long)f[3], (long)f[4], (long)f[5],
            Replies((long)f[6], (RedisValue[])f[7]!, (RedisValue[])f[13]!), Mails(conversation, (long)f[8], (RedisValue[])f[9]!), (int)f[10] == 1, Filled(f[11]), Filled(f[12]));
    }

    public async Task<Renewal> RenewAsync(LeaseKey lease, TimeSpan duration, CancellationToken cancel)
    {
        var f = (RedisResult[])(await connection.RepeatAsync(
            RenewScript.Script, Mailbox(lease.Conversation), [lease.Conversation.Value, lease.Epoch, Milliseconds(duration)], cancel))!;
        return (int)f[0] == 1 ? new Renewal(Fence.Held, new Marks((long)f[1], (long)f[2])) : new Renewal(Fence.Lost, Marks.None);
    }

    public async Task<Fence> NoteAsync(LeaseKey lease, string note, CancellationToken cancel)
    {
        if (note.Length > MaxNote) throw new ArgumentException($"A note has {MaxNote} UTF-16 units at most.", nameof(note));
        var fence = Held(await connection.RepeatAsync(NoteScript.Script, [keys.Conversation(lease.Conversation)], [lease.Epoch, note], cancel));
        if (fence == Fence.Held) await server.DurableAsync();
        return fence;
    }

    public async Task<CommitResult> CommitAsync(LeaseKey lease, TurnCommit commit, CancellationToken cancel)
    {
        RedisValue[] head =
        [
            lease.Epoch, commit.FirstMail, commit.MailCount, lease.Conversation.Value,
            StoredReply.Write(commit), Keys.OfTurn(commit.FirstMail, commit.Ledger.Span),
            commit.ResetWindow ? "1" : "", commit.DeadLetter ?? "", _options.TranscriptLimit,
            commit.Model is { } model ? "=" + model : "",
            commit.Usage is null ? "" : UsageWire.Write(commit.Usage),
        ];
        var sequence = await connection.RunAsync(
            CommitScript.Script,
            [keys.Conversation(lease.Conversation), keys.DeadLetters(lease.Conversation), keys.Unbooked(lease.Conversation)],
            [.. head, .. commit.Entries.Select(StoredEntry.Write)],
            cancel);
        if (sequence.IsNull) return new CommitResult(Fence.Lost, -1);
        if ((long)sequence == -2) return new CommitResult(Fence.Held, -1, Revised: true);
        await server.DurableAsync();
        return new CommitResult(Fence.Held, (long)sequence);
    }

    public async Task<NextMail> ReceiptAsync(LeaseKey lease, Receipt receipt, bool takeNext, CancellationToken cancel)
    {
        var (field, ids) = Keys.AnswerIds(receipt.Turn, receipt.PlatformIds);
        var f = (RedisResult[])(await connection.RunSoonAsync(
            ReceiptScript.Script,
            [keys.Ready(lease.Conversation), keys.Conversation(lease.Conversation), keys.UnknownSends(lease.Conversation)],
            [
                lease.Conversation.Value, lease.Epoch, receipt.OutboxSequence, ids, takeNext ? "1" : "",
                IdleMilliseconds, field, receipt.Unknown ? "1" : "",
            ],
            cancel))!;
        if ((int)f[0] == 0) return new NextMail(Fence.Lost, -1, []);
        return new NextMail(Fence.Held, (long)f[1], Mails(lease.Conversation, (long)f[2], (RedisValue[])f[3]!));
    }

    public Task ReleaseAsync(LeaseKey lease, TimeSpan delay, CancellationToken cancel) =>
        connection.RunAsync(
            ReleaseScript.Script, Mailbox(lease.Conversation), [lease.Conversation.Value, lease.Epoch, IdleMilliseconds, Milliseconds(delay)], cancel);

    public async Task<bool> RecordFeedbackAsync(ConversationId conversation, string turn, string user, Feedback? feedback, CancellationToken cancel)
    {
        if (user.Length is 0 or > 64 || user.AsSpan().ContainsAny(" =")) throw new ArgumentException($"'{user}' is no user id.", nameof(user));
        var sign = feedback switch { Feedback.Up => "+", Feedback.Down => "-", _ => "" };
        var known = (int)await connection.RepeatAsync(FeedbackScript.Script, [keys.Conversation(conversation)], [turn, user, sign, Keys.FeedbackHeld], cancel) == 1;
        if (known) await server.DurableAsync();
        return known;
    }

    public async Task<bool> RequestStopAsync(ConversationId conversation, CancellationToken cancel) =>
        (int)await connection.RepeatAsync(StopScript.Script, [keys.Conversation(conversation)], [], cancel) == 1;

    private static void Owned(string owner)
    {
        if (owner.Length == 0) throw new ArgumentException("A lease needs an owner: an empty one means that it was given back.", nameof(owner));
    }

    private static string? Filled(RedisResult field) => (string)field! is { Length: > 0 } text ? text : null;

    private static RedisValue Milliseconds(TimeSpan value) => (long)Math.Max(0, value.TotalMilliseconds);

    private static Fence Held(RedisResult result) => (int)result == 1 ? Fence.Held : Fence.Lost;

    private RedisKey[] Mailbox(ConversationId id) => [keys.Ready(id), keys.Conversation(id)];

    private IEnumerable<T> Partitions<T>(Func<int, T> each) => Enumerable.Range(0, keys.Partitions).Select(each);
}
