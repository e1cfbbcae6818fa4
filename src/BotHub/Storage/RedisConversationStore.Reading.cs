using System.Diagnostics;
using BotHub.Core.Conversations;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>The reading half: transcript, view, ledger, figures.</summary>
internal sealed partial class RedisConversationStore
{
    /// <summary>Entries per read, at most: Lua can't unpack many more.</summary>
    private const int ReadLimit = 1000;

    public async Task<Marks> ReadMarksAsync(ConversationId conversation, CancellationToken cancel)
    {
        var f = (RedisResult[])(await connection.RepeatAsync(MarksScript.Script, [keys.Conversation(conversation)], [], cancel))!;
        return new Marks((long)f[1], (long)f[2]);
    }

    public async Task<DeliveredAnswer?> FindAnswerAsync(ConversationId conversation, AnswerKey key, CancellationToken cancel)
    {
        var result = await connection.RepeatAsync(
            FindAnswerScript.Script, [keys.Conversation(conversation)], [key.Turn ?? "", key.PlatformId ?? ""], cancel);
        if (result.IsNull) return null;
        var f = (RedisResult[])result!;
        var voices = (string)f[3]!;
        return new DeliveredAnswer((string)f[0]!, ((string)f[1]!).Split(' ', StringSplitOptions.RemoveEmptyEntries), (int)f[2] == 1, voices.AsSpan().Count("=+"), voices.AsSpan().Count("=-"));
    }

    public async Task<IReadOnlyList<ChatEntry>> ReadTranscriptAsync(ConversationId conversation, long from, int count, CancellationToken cancel)
    {
        var first = Math.Max(0, from);
        var fields = Math.Min(ReadLimit, count - (first - from));
        if (fields <= 0) return [];
        var names = new RedisValue[fields];
        for (var i = 0; i < fields; i++) names[i] = $"t{first + i}";
        var values = await connection.CallAsync(database => database.HashGetAsync(keys.Conversation(conversation), names), cancel);
        return Entries(values);
    }

    public async Task<ConversationView> ReadViewAsync(ConversationId conversation, int limit, CancellationToken cancel)
    {
        var f = (RedisResult[])(await connection.RepeatAsync(
            ViewScript.Script, [keys.Conversation(conversation), keys.Feed(conversation)], [Math.Clamp(limit, 0, ReadLimit)], cancel))!;
        return new ConversationView(
            Entries((RedisValue[])f[1]!), (long)f[0], Mails(conversation, (long)f[2], (RedisValue[])f[3]!), FeedWire.ReadAll((RedisValue[])f[4]!), (int)f[5]);
    }

    public async Task<string?> ReadLedgerAsync(ConversationId conversation, string turn, CancellationToken cancel) =>
        (string?)await connection.RepeatAsync(LedgerScript.Script, [keys.Conversation(conversation)], [turn], cancel);

    public async Task<StoreStatus> ReadStatusAsync(CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var now = await ServerTimeAsync(cancel);
        var roundTrip = Stopwatch.GetElapsedTime(started);
        var parts = await connection.CallAsync(database => Task.WhenAll(Partitions(p => ReadPartitionAsync(database, p, now))), cancel);
        var (durable, version) = await connection.CallAsync(
            async database => (await server.IsDurableAsync(database), await StoreVersion.ReadAsync(database)), cancel);
        var oldest = parts.Min(p => p.Oldest);
        return new StoreStatus(
            server.Kind, version, durable, parts.Sum(p => p.Ready), parts.Sum(p => p.Due),
            oldest < now ? TimeSpan.FromMilliseconds(now - oldest) : TimeSpan.Zero, parts.Sum(p => p.DeadLetters), parts.Sum(p => p.UnknownSends), roundTrip);
    }

    private async Task<(long Ready, long Due, double Oldest, long DeadLetters, long UnknownSends)> ReadPartitionAsync(IDatabase database, int partition, long now)
    {
        var ready = database.SortedSetLengthAsync(keys.Ready(partition));
        var due = database.SortedSetLengthAsync(keys.Ready(partition), 0, now);
        var oldest = database.SortedSetRangeByRankWithScoresAsync(keys.Ready(partition), 0, 0);
        var letters = database.StringGetAsync(keys.DeadLetters(partition));
        var unknown = database.StringGetAsync(keys.UnknownSends(partition));
        var first = await oldest;
        return (await ready, await due, first.Length == 0 ? double.MaxValue : first[0].Score, (long)await letters, (long)await unknown);
    }

    private async Task<long> ServerTimeAsync(CancellationToken cancel) => (await StoreClock.ReadAsync(connection, cancel)).ToUnixTimeMilliseconds();

    private List<ChatEntry> Entries(RedisValue[] values)
    {
        var entries = new List<ChatEntry>(values.Length);
        foreach (var value in values)
        {
            if (StoredEntry.Read(value) is { } entry) entries.Add(entry);
            else if (!value.IsNull) Log.Unreadable(logger, "transcript entry");
        }

        return entries;
    }

    private List<Mail> Mails(ConversationId conversation, long first, RedisValue[] values)
    {
        var mails = new List<Mail>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var body = StoredMessage.Read(conversation, values[i]);
            if (body is null) Log.Unreadable(logger, "message");
            mails.Add(new Mail(first + i, body));
        }

        return mails;
    }

    private List<OutboxEntry> Replies(long first, RedisValue[] values, RedisValue[] messages)
    {
        var replies = new List<OutboxEntry>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var reply = StoredReply.Read(values[i], messages[i]);
            if (reply is null) Log.Unreadable(logger, "reply");
            // It must be handed out all the same: only its receipt frees the conversation.
            replies.Add(new OutboxEntry(first + i, reply ?? Unreadable()));
        }

        return replies;
    }

    private static OutboundReply Unreadable() =>
        new(new ChatEntry("unreadable", MessageRole.Assistant, "", default, MessageState.Failed, "t-1", false), "unreadable", null);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A stored {What} can't be read any more; it is passed over")]
        public static partial void Unreadable(ILogger logger, string what);
    }
}
