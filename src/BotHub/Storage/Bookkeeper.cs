using System.Collections.Concurrent;
using System.Threading.Channels;
using BotHub.Core.Conversations;
using BotHub.Core.Usage;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// Brings what committed turns used from their conversations into the books: soon after the commit for the turns of this node, and by a
/// sweep for what a dead node has left. Any number of them may do the same at once: the books know what is in them.
/// </summary>
internal sealed partial class Bookkeeper(
    StoreConnection connection, IStoreServer server, Keys keys, UsageSettings settings, TimeProvider clock, ILogger<Bookkeeper> log) : BackgroundService
{
    /// <summary>Conversations booked in one go, and those that one sweep takes from a partition.</summary>
    private const int AtOnce = 256, SweptAtOnce = 64;

    /// <summary>Budgets want to know soon; else it is cheaper to gather.</summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(30), Relaxed = TimeSpan.FromSeconds(1);

    /// <summary>How often all partitions are searched, and how old what is found there must be: younger records are their own node's business.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5), Overdue = TimeSpan.FromSeconds(3);

    // What does not fit is found by the sweep, and its reservation ends by itself.
    private readonly Channel<Hinted> _hints = Channel.CreateBounded<Hinted>(new BoundedChannelOptions(16_384) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, bool> _tenants = new(StringComparer.Ordinal);

    public static string TurnKey(ConversationId conversation, string turn) => $"{conversation.Value} {turn}";

    /// <summary>A turn of this node is committed.</summary>
    public void Hint(ConversationId conversation, string turn, string tenant, bool used) => _hints.Writer.TryWrite(new Hinted(conversation, turn, tenant, used));

    /// <summary>From now to the end of a month's books, in ms.</summary>
    public long LifeOf(DateOnly month, DateTimeOffset now) =>
        (long)Math.Max(TimeSpan.FromHours(1).TotalMilliseconds, (settings.Calendar.StartOf(month.AddMonths(1)) + settings.Keep - now).TotalMilliseconds);

    /// <summary>Books what these conversations have, once.</summary>
    /// <exception cref="StoreUnavailableException">Some or all of it is not booked, or not yet taken out of its conversation; later will do.</exception>
    public async Task BookAsync(IReadOnlyCollection<ConversationId> conversations, CancellationToken cancel)
    {
        for (var left = conversations; left.Count > 0;)
        {
            List<ConversationId> more = [];
            foreach (var chunk in left.Chunk(AtOnce)) more.AddRange(await BookChunkAsync(chunk, cancel));
            left = more;
        }
    }

    /// <summary>Books what has lain about for a while, whoever committed it.</summary>
    public async Task SweepAsync(TimeSpan age, CancellationToken cancel)
    {
        var until = (await StoreClock.ReadAsync(connection, cancel) - age).ToUnixTimeMilliseconds();
        var found = await connection.CallAsync(
            database => Task.WhenAll(Enumerable.Range(0, keys.Partitions).Select(p => database.SortedSetRangeByScoreAsync(keys.Unbooked(p), double.NegativeInfinity, until, take: SweptAtOnce))), cancel);
        List<ConversationId> ids = [];
        foreach (var value in found.SelectMany(f => f))
            if (ConversationId.TryParse(value, out var id)) ids.Add(id.Value);
        await BookAsync(ids, cancel);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        settings.Enabled ? Task.WhenAll(FollowAsync(stoppingToken), LookAboutAsync(stoppingToken)) : Task.CompletedTask;

    private async Task FollowAsync(CancellationToken stop)
    {
        var pause = settings.Budgets.Count > 0 ? Prompt : Relaxed;
        // The first turns after a silence are booked at once; while they come thick and fast they are gathered.
        await RepeatAsync(pause, async () =>
        {
            await _hints.Reader.WaitToReadAsync(stop);
            await BookHintsAsync(stop);
        }, stop);
        // The turns are over, the store is still there: what this node has committed it also books.
        try { await BookHintsAsync(CancellationToken.None); }
        catch (StoreUnavailableException) { /* the next sweep, of whatever node, finds it */ }
    }

    private Task LookAboutAsync(CancellationToken stop) => RepeatAsync(Sweep, () => SweepAsync(Overdue, stop), stop);

    /// <summary>Until the stop, whatever goes wrong.</summary>
    private async Task RepeatAsync(TimeSpan pause, Func<Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StoreUnavailableException e)
            {
                Log.StoreAway(log, e.Message);
            }
            catch (Exception e)
            {
                // One fault must not end all booking.
                Log.Broken(log, e);
            }

            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BookHintsAsync(CancellationToken cancel)
    {
        HashSet<ConversationId> used = [];
        Dictionary<string, HashSet<string>> unused = new(StringComparer.Ordinal);
        while (_hints.Reader.TryRead(out var hint))
        {
            if (hint.Used) used.Add(hint.Conversation);
            else if (settings.Budgets.Count > 0) (unused.TryGetValue(hint.Tenant, out var turns) ? turns : unused[hint.Tenant] = []).Add(TurnKey(hint.Conversation, hint.Turn));
        }

        foreach (var (tenant, turns) in unused)
            foreach (var chunk in turns.Chunk(AtOnce))
                await connection.RepeatAsync(BookScripts.Free, [Keys.Reservations(tenant), Keys.ReservationEnds(tenant)], [.. chunk], cancel);
        await BookAsync(used, cancel);
    }

    /// <returns>Those that have more than was booked in this go.</returns>
    private async Task<IReadOnlyList<ConversationId>> BookChunkAsync(ConversationId[] conversations, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var parts = conversations.GroupBy(keys.PartitionOf).Select(g => (Partition: g.Key, Conversations: g.ToArray())).ToArray();
        var found = await Task.WhenAll(parts.Select(p => connection.RepeatAsync(BookScripts.Unbooked, [.. p.Conversations.Select(keys.Conversation)], [], cancel)));
        List<Unbooked> all = [.. parts.SelectMany((p, i) => p.Conversations.Zip((RedisResult[])found[i]!, (c, f) => new Unbooked(c, p.Partition, (RedisValue[])f!)))];
        List<(ConversationId Conversation, StoredUsage Record)> records = [];
        foreach (var one in all)
        {
            foreach (var text in one.Records)
            {
                if (UsageWire.Read(text) is { } record) records.Add((one.Conversation, record));
                else Log.Unreadable(log, one.Conversation);
            }
        }

        foreach (var group in records.GroupBy(r => (r.Record.Usage.Tenant, Month: UsageCalendar.MonthOf(settings.Calendar.DayOf(r.Record.At)))))
            await BookMonthAsync(group.Key.Tenant, group.Key.Month, [.. group], now, cancel);
        // It must be safe in the books before it leaves the conversation.
        if (records.Count > 0) await server.DurableAsync();
        await Task.WhenAll(all.GroupBy(u => u.Partition).Select(g => connection.RepeatAsync(
            BookScripts.Clear, [keys.Unbooked(g.Key), .. g.Select(u => keys.Conversation(u.Conversation))], [.. g.SelectMany(u => u.Booked)], cancel)));
        return [.. all.Where(u => u.Records.Length == Keys.UsageAtOnce).Select(u => u.Conversation)];
    }

    private async Task BookMonthAsync(string tenant, DateOnly month, List<(ConversationId Conversation, StoredUsage Record)> records, DateTimeOffset now, CancellationToken cancel)
    {
        if (!_tenants.ContainsKey(tenant))
        {
            await connection.CallAsync(database => database.SetAddAsync(Keys.Tenants, tenant), cancel);
            _tenants[tenant] = true;
        }

        RedisKey books = Keys.Books(tenant, month);
        for (var from = 0; from < records.Count;)
        {
            ConversationId[] conversations = [.. records.Skip(from).Select(r => r.Conversation).Distinct()];
            var held = await connection.CallAsync(database => database.HashGetAsync(books, [.. conversations.Select(c => (RedisValue)BookFields.Mark(c))]), cancel);
            var page = new BookPage(settings, conversations.Zip(held).ToDictionary());
            var to = from;
            while (to < records.Count && !page.Full) page.Add(records[to].Conversation, records[to++].Record);
            // Else another one has booked something of these in between: it is looked at anew, and there is less to do.
            if ((int)await connection.RepeatAsync(BookScripts.Book, [books, Keys.Reservations(tenant), Keys.ReservationEnds(tenant)], page.Arguments(LifeOf(month, now)), cancel) == 1) from = to;
        }
    }

    /// <param name="Found">As <see cref="BookScripts.Unbooked"/> returns it.</param>
    private readonly record struct Unbooked(ConversationId Conversation, int Partition, RedisValue[] Found)
    {
        public ReadOnlySpan<RedisValue> Records => Found.AsSpan(Math.Min(1, Found.Length));

        /// <summary>What <see cref="BookScripts.Clear"/> wants to be told.</summary>
        public RedisValue[] Booked => Found.Length == 0 ? [Conversation.Value, "", ""] : [Conversation.Value, Found[0], Found[^1].IsNull ? "" : Found[^1]];
    }

    private readonly record struct Hinted(ConversationId Conversation, string Turn, string Tenant, bool Used);

    private static partial class Log
    {
        [LoggerMessage(EventName = "BooksLate", Level = LogLevel.Warning, Message = "What turns used is not in the books yet: {Reason}. It is tried again")]
        public static partial void StoreAway(ILogger log, string reason);

        [LoggerMessage(EventName = "BooksBroken", Level = LogLevel.Error, Message = "Booking broke off; it is tried again")]
        public static partial void Broken(ILogger log, Exception e);

        [LoggerMessage(EventName = "UsageUnreadable", Level = LogLevel.Error, Message = "A record of what a turn of {Conversation} used can't be read any more; it is passed over")]
        public static partial void Unreadable(ILogger log, ConversationId conversation);
    }
}
