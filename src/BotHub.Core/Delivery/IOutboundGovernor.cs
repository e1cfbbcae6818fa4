using BotHub.Core.Conversations;

namespace BotHub.Core.Delivery;

/// <summary>
/// One budget for all calls that all replicas make to a platform: sends, edits, drafts, typing and deletes spend it alike, as
/// platforms count them alike. Ask before each call. Every member may throw <see cref="StoreUnavailableException"/>; an ask that ends
/// so may have spent its call. Calls without any limit learn of a penalty or a dead chat that another node told of within a second.
/// </summary>
public interface IOutboundGovernor
{
    /// <summary>The longest wait for which a durable call gets its place reserved.</summary>
    static readonly TimeSpan ReservedAtMost = TimeSpan.FromSeconds(5);

    /// <summary>The longest penalty that is believed: after it the platform may be asked again and say the rest.</summary>
    static readonly TimeSpan PenaltyAtMost = TimeSpan.FromDays(1);

    /// <summary>How long a chat stays dead without being marked again.</summary>
    static readonly TimeSpan DeadFor = TimeSpan.FromDays(30);

    /// <summary>
    /// May this call be made, and when. Durable calls of one chat that got a place go in the order they asked. Cosmetic calls never
    /// wait: they are granted where the budget has room for the calls above them, and dropped otherwise.
    /// </summary>
    Task<Grant> AskAsync(OutboundCall call, OutboundLimits limits, CancellationToken cancel);

    /// <summary>
    /// After the wait of a reserved grant, a look whether the platform has refused the chat meanwhile. Spends nothing.
    /// <see cref="GrantOutcome.Granted"/>: make the call. <see cref="GrantOutcome.Wait"/>: the place is void, ask again after the wait.
    /// </summary>
    Task<Grant> ConfirmAsync(OutboundCall call, CancellationToken cancel);

    /// <summary>
    /// The platform refused (429): nobody calls this chat before the time has passed, or with <paramref name="chat"/> null anything of
    /// this bot. A penalty is never shortened. After it the budget starts with one call, not with a full burst.
    /// </summary>
    Task PenalizeAsync(string bot, string? chat, TimeSpan retryAfter, CancellationToken cancel);

    /// <summary>The chat can't be reached any more (blocked, kicked, deactivated): asks are answered <see cref="GrantOutcome.Dead"/>.</summary>
    Task MarkDeadAsync(string bot, string chat, string reason, CancellationToken cancel);

    /// <summary>A sign of life: somebody wrote from the chat. Costs little where the chat was not dead.</summary>
    Task ReviveAsync(string bot, string chat, CancellationToken cancel);

    Task<OutboundStatus> ReadStatusAsync(string bot, CancellationToken cancel);
}

/// <summary>
/// What a call is worth. Typing and previews are cosmetic: nobody misses one. Errors and finals are durable: they wait.
/// A final may spend the last call of every budget; the others leave room for what is above them:
/// an error 1/10 of the bot's; a preview 1/4 of the bot's, one call of the chat's and 1/4 of the group's minute;
/// typing 1/2 of the bot's, two calls of the chat's and 1/2 of the group's minute.
/// So typing needs a <see cref="OutboundLimits.ChatBurst"/> of 3, a preview of 2.
/// </summary>
public enum OutboundPriority
{
    Typing,
    Preview,
    Error,
    Final,
}

/// <summary>What a platform allows. 0 or less: no limit of this kind.</summary>
/// <param name="BotPerSecond">
/// Calls per second of the whole bot. Up to half a second's worth (at least 4 calls) is saved up while it is silent, so that the
/// worst second sees 1.5 times as many.
/// </param>
/// <param name="ChatPerSecond">Calls per second in one chat, over time.</param>
/// <param name="ChatBurst">Calls a silent chat may make at once; at least 1.</param>
/// <param name="GroupPerMinute">Calls in any 60 seconds in one group chat, at most 1000: the store keeps 17 bytes for each.</param>
public sealed record OutboundLimits(double BotPerSecond, double ChatPerSecond, int ChatBurst, int GroupPerMinute);

/// <param name="Bot">Whose budget, as <c>channel:id</c>; never a secret, and without braces.</param>
/// <param name="Chat">The platform's id of the chat.</param>
/// <param name="Group">Whether <see cref="OutboundLimits.GroupPerMinute"/> applies.</param>
public readonly record struct OutboundCall(string Bot, string Chat, bool Group, OutboundPriority Priority);

public enum GrantOutcome
{
    /// <summary>Make the call now.</summary>
    Granted,

    /// <summary>Not yet; <see cref="Grant.Reserved"/> says whether to ask again.</summary>
    Wait,

    /// <summary>Don't make this call, and don't try it again: it was cosmetic.</summary>
    Dropped,

    /// <summary>Don't make this call: the chat can't be reached.</summary>
    Dead,
}

/// <param name="Wait">Zero unless the outcome is <see cref="GrantOutcome.Wait"/>.</param>
/// <param name="Reserved">
/// True: the call has its place, paid for; make it after the wait, without asking again; before it,
/// <see cref="IOutboundGovernor.ConfirmAsync"/> tells of a penalty that came meanwhile. False: nothing is held; ask again after the wait.
/// </param>
public readonly record struct Grant(GrantOutcome Outcome, TimeSpan Wait, bool Reserved = false);

/// <param name="LongestPenalty">What remains of the longest penalty of a chat; zero without one.</param>
/// <param name="BotPenalty">What remains of the penalty of the whole bot; zero without one.</param>
/// <param name="DeadChats">Counted up to 10,000.</param>
/// <param name="Dropped">Cosmetic calls that were dropped. Both counts start anew when the bot was silent for 30 days.</param>
/// <param name="Waited">Durable calls that were told to wait, each ask counted.</param>
public sealed record OutboundStatus(int ChatsInPenalty, TimeSpan LongestPenalty, TimeSpan BotPenalty, int DeadChats, long Dropped, long Waited);
