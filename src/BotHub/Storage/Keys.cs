using System.Globalization;
using System.Text;
using BotHub.Core.Conversations;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// The one place of the store's keys and lifetimes.
/// <code>
/// bh:meta                  HASH  partitions, schema: what every node must agree on (StoreCheck)
/// bh:keys                  HASH  k&lt;id&gt; = signing key, cur = id of the current one (StoredSigningKeys)
/// bh:{pNNN}:r              ZSET  ready set of a partition. Member: conversation. Score: server ms from which it may be claimed;
///                                the lease's end while it is claimed, so that an expired lease needs no sweeper
/// bh:{pNNN}:x              STR   dead letters ever counted in the partition
/// bh:{pNNN}:u              STR   sends ever whose outcome never became known
/// bh:{pNNN}:b              ZSET  conversations with usage that is not in the books yet. Score: since when, in server ms
/// bh:{pNNN}:c:&lt;conv&gt;       HASH  everything durable of one conversation:
///     s                    its counters and marks, as MessagePack, in the order of StoreScript.Fields:
///         ep ow ld         epoch, owner ('' = given back), lease length in ms
///         tr sp            tries of the head since the last commit; mailbox number whose answer shall stop, or -1
///         mh mt mb         mailbox: number of the oldest unanswered message, of the next one, of the one in place 0
///         oh ot ob os      outbox: first, next, the one in place 0; the reply that is about to be sent, or -1
///         th tt ws         transcript: first held, next; first entry that models may see
///         dh dt da         ring of the message ids known already: first held, next; ms up to which the first one stays
///         rv ex            1 when a message may have a mark v&lt;n&gt;; 1 when the key may have been given an expiry
///         nt mo            1 when there is a note; the model that was chosen for the conversation, '' for the usual one
///         uh ut ub         usage: first record that is not in the books yet, next, the one in place 0
///     m&lt;p&gt;                 messages by their place, number - mb. Place 0 keeps its message until the next one comes to an empty mailbox
///     d:&lt;uid&gt; → n          message ids known already, with their mailbox number
///     r&lt;i&gt;                 ring over those ids, oldest first: "ms n pid uid", pid being the platform's id, or '-'; n is '-' for a new wording
///     v&lt;n&gt;                 messages that were given a new wording while somebody held the conversation
///     t&lt;n&gt;                 transcript entries
///     o&lt;p&gt; nt              replies by their place, number - ob, behind the number of the transcript entry that is their message, or '-' when
///                          they hold it; the channel's note on how far the first of them got. Place 0 is as the mailbox's
///     l&lt;i&gt;                 ledgers of the newest messages' turns, a ring: turn t&lt;n&gt; at n modulo LedgersHeld, each behind its n
///     a&lt;i&gt; f&lt;i&gt;            of the same turns, alike: the platform's ids of the answer's messages; feedback as "user=+ user=-"
///     u&lt;p&gt;                 usage of turns that is not in the books yet by its place, number - ub: "epoch mail ms json" (UsageWire)
///     dl dx&lt;slot&gt;          dead letters: count, and the newest as "ms n reason\nbody"
/// bh:{pNNN}:e:&lt;conv&gt;       LIST  live feed: "previousId lastId firstId json" per batch; expires
/// bh:{pNNN}:f:&lt;conv&gt;       CHAN  live feed: "previousId lastId firstId json"
/// bh:{bot}:g               STR   outbound budget of a bot (OutboundScripts); expires
/// bh:{bot}:g:&lt;chat&gt;        STR   outbound budget of a chat, or "x" and why it is dead; expires once it limits nothing any more
/// bh:{bot}:gp              ZSET  chats in penalty. Score: its end in server µs; for operators and calls without limits, expires
/// bh:{bot}:gd              ZSET  dead chats. Score: since when, in server µs; for operators and calls without limits, expires
/// bh:{bot}:u               HASH  polling of a bot: ep epoch, ow owner ('' = given back), un lease's end, at written, of offset, ad offset written (ms)
/// bh:{bot}:ux              HASH  updates nobody could read: n ever counted, id of the last one, x&lt;slot&gt; the newest as "ms json"
/// bh:{bot}:mv              HASH  chats that moved: f:&lt;new&gt; the id they began with, t:&lt;first&gt; where they are now
/// bh:{books:&lt;tenant&gt;}:&lt;yyyymm&gt;  HASH  a tenant's books of a month; expires
///     &lt;dd&gt;&lt;scope&gt;:&lt;id&gt;       a day's use by u user, g group, c channel, t tenant, m model: "turns prompt cached completion nanos ms"
///     q:&lt;budget&gt;:&lt;id&gt;      use of a budget with a sliding window: "step amount …", as far as it was in this month
///     n:&lt;budget&gt;:&lt;id&gt;      who was told of it: "period conversation turn"
///     w:&lt;conv&gt;             the newest record of a conversation that is booked in this month: "epoch mail"
/// bh:{books:&lt;tenant&gt;}:r    HASH  what is kept free for running turns. t:&lt;conv&gt; &lt;turn&gt;: budgets and amounts as MessagePack; s:&lt;budget&gt;:&lt;id&gt;: their sum; expires
/// bh:{books:&lt;tenant&gt;}:rx   ZSET  "conversation turn" of these. Score: when it ends by itself, in server ms; expires
/// bh:books                 SET   tenants with books
/// bh:{m:&lt;model&gt;}:l        STR   a model's limits: what was called lately, what runs, what waits (ModelLimitScripts); expires
/// bh:polls                 SET   bots that were ever polled (StaleLeases)
/// bh:offer, bh:mark        CHAN  hints between nodes: a conversation id
/// bh:hold                  CHAN  a provider said "not now": "ms model"
/// </code>
/// A bot is written <c>channel:id</c>, which no partition's tag can be, and its keys share its hash tag.
/// All keys of a partition share the hash tag <c>{pNNN}</c> and so one slot of a Redis Cluster: a script may touch all of them.
/// A conversation with mail or a reply in its outbox is in the ready set; the scripts write in such an order that this holds
/// whichever prefix of a script's writes survives a crash.
/// </summary>
internal sealed class Keys
{
    /// <summary>Of how many messages a conversation keeps the turns' ledgers, and how many dead letters.</summary>
    public const int LedgersHeld = 100, DeadLettersHeld = 20;

    /// <summary>An event id is remembered at least <see cref="DedupeAge"/> unless this many newer ones came.</summary>
    public const int DedupeMost = 1024, DedupeLeast = 64;

    /// <summary>Messages handed out by one claim or receipt, at most.</summary>
    public const int MailPerClaim = 32;

    /// <summary>Places of usage that are written over instead of freed; and records that are booked in one go.</summary>
    public const int UsagePlacesKept = 16, UsageAtOnce = 256;

    /// <summary>People whose feedback on one answer is held.</summary>
    public const int FeedbackHeld = 200;

    /// <summary>Feed batches held at most, should the holder of the lease forget to cut its log.</summary>
    public const int FeedBatchesHeld = 10_000;

    /// <summary>Dead chats that the operators' index holds at most.</summary>
    public const int DeadChatsHeld = 10_000;

    /// <summary>How long a bot's budget, with its counters, outlives the last call it limited; and a penalty the time it matters.</summary>
    public static readonly TimeSpan BotBudgetKept = TimeSpan.FromDays(30), PenaltyKept = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan DedupeAge = TimeSpan.FromHours(24);
    public static readonly RedisKey Meta = "bh:meta", SigningKeys = "bh:keys", Polls = "bh:polls", Tenants = "bh:books";
    public static readonly RedisChannel Offers = RedisChannel.Literal("bh:offer"), Marks = RedisChannel.Literal("bh:mark"), Holds = RedisChannel.Literal("bh:hold");

    private readonly string[] _prefixes;
    private readonly RedisKey[] _ready, _deadLetters, _unknownSends, _unbooked;

    public Keys(int partitions)
    {
        _prefixes = [.. Enumerable.Range(0, partitions).Select(p => $"bh:{{p{p:D3}}}:")];
        (_ready, _deadLetters, _unknownSends, _unbooked) = (All("r"), All("x"), All("u"), All("b"));

        RedisKey[] All(string rest) => [.. _prefixes.Select(p => (RedisKey)(p + rest))];
    }

    public int Partitions => _prefixes.Length;

    public RedisKey Ready(int partition) => _ready[partition];

    public RedisKey DeadLetters(int partition) => _deadLetters[partition];

    public RedisKey UnknownSends(int partition) => _unknownSends[partition];

    public RedisKey UnknownSends(ConversationId id) => _unknownSends[PartitionOf(id)];

    public RedisKey Unbooked(int partition) => _unbooked[partition];

    public RedisKey Unbooked(ConversationId id) => _unbooked[PartitionOf(id)];

    public RedisKey Ready(ConversationId id) => _ready[PartitionOf(id)];

    public RedisKey DeadLetters(ConversationId id) => _deadLetters[PartitionOf(id)];

    public RedisKey Conversation(ConversationId id) => $"{Prefix(id)}c:{id.Value}";

    public RedisKey Feed(ConversationId id) => $"{Prefix(id)}e:{id.Value}";

    public RedisChannel FeedChannel(ConversationId id) => RedisChannel.Literal($"{Prefix(id)}f:{id.Value}");

    public static RedisKey BotBudget(string bot) => Of(bot, "g");

    public static RedisKey ChatBudget(string bot, string chat) => Of(bot, "g:" + chat);

    public static RedisKey Penalties(string bot) => Of(bot, "gp");

    public static RedisKey DeadChats(string bot) => Of(bot, "gd");

    public static RedisKey Poll(string bot) => Of(bot, "u");

    public static RedisKey PollDeadLetters(string bot) => Of(bot, "ux");

    public static RedisKey Moves(string bot) => Of(bot, "mv");

    public static RedisKey Books(string tenant, DateOnly month) => Of("books:" + tenant, month.ToString("yyyyMM", CultureInfo.InvariantCulture));

    public static RedisKey Reservations(string tenant) => Of("books:" + tenant, "r");

    public static RedisKey ReservationEnds(string tenant) => Of("books:" + tenant, "rx");

    /// <summary>What the ring of ledgers shall hold of a turn: its JSON behind the turn's number; empty without one.</summary>
    public static RedisValue OfTurn(long number, ReadOnlySpan<byte> ledger) =>
        ledger.IsEmpty ? RedisValue.EmptyString : (byte[])[.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} ")), .. ledger];

    /// <summary>The field of a conversation for the platform's ids of a turn's answer, and what it shall hold; both empty where there are none, or for a turn without a number.</summary>
    public static (string Field, string Value) AnswerIds(string turn, IReadOnlyList<string> ids) =>
        ids.Count > 0 && turn.StartsWith('t') && long.TryParse(turn.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? ($"a{number % LedgersHeld}", $"{number} {string.Join(' ', ids)}")
            : ("", "");

    /// <summary>A name may hold what a hash tag may not; names of models are the same in upper and lower case.</summary>
    public static RedisKey ModelLimits(string model) => $"bh:{{m:{Uri.EscapeDataString(model.ToLowerInvariant())}}}:l";

    /// <summary>FNV-1a with a final mix: the same on every node and in every version, which <c>GetHashCode</c> is not.</summary>
    public int PartitionOf(ConversationId id)
    {
        var hash = 2166136261u;
        foreach (var c in id.Value) hash = (hash ^ c) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
        hash ^= hash >> 13;
        return (int)(hash % (uint)_prefixes.Length);
    }

    private static RedisKey Of(string bot, string rest)
    {
        // An empty tag is none, and a brace would end it early: a script's keys would lie in different slots.
        if (bot.Length == 0 || bot.AsSpan().ContainsAny('{', '}')) throw new ArgumentException($"'{bot}' can't name a bot: write channel:id, without braces.", nameof(bot));
        return $"bh:{{{bot}}}:{rest}";
    }

    private string Prefix(ConversationId id) => _prefixes[PartitionOf(id)];
}
