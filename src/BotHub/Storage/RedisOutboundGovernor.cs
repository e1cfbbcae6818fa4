using BotHub.Core.Delivery;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// The outbound budget: one script and one round trip per ask; none for a call without limits while the bot is quiet. None of its
/// writes waits for the disk: a crash of the store may hand out a burst again, and the next refusal of the platform corrects that.
/// </summary>
internal sealed class RedisOutboundGovernor(StoreConnection connection, TimeProvider clock) : IOutboundGovernor
{
    private const int LongestReason = 200;

    private readonly QuietBots _quiet = new(clock);

    public async Task<Grant> AskAsync(OutboundCall call, OutboundLimits limits, CancellationToken cancel) =>
        OutboundPlan.IsUnlimited(call, limits) && _quiet.IsQuiet(call.Bot)
            ? new Grant(GrantOutcome.Granted, TimeSpan.Zero)
            : (await AskTimedAsync(call, limits, cancel)).Grant;

    /// <summary>The store's answer, with the server's time in µs at which the call is due.</summary>
    public async Task<(Grant Grant, long Due)> AskTimedAsync(OutboundCall call, OutboundLimits limits, CancellationToken cancel)
    {
        var unlimited = OutboundPlan.IsUnlimited(call, limits);
        RedisKey[] budgets = unlimited ? [.. Budgets(call), Keys.Penalties(call.Bot), Keys.DeadChats(call.Bot)] : Budgets(call);
        var look = unlimited ? _quiet.Begin(call.Bot) : default;
        var f = (RedisValue[])(await connection.RunAsync(OutboundScripts.Ask, budgets, OutboundPlan.For(call, limits), cancel))!;
        if (unlimited && f.Length > 3 && (int)f[3] == 1) _quiet.Learn(call.Bot, look);
        var wait = Micros(f[1]);
        var grant = (int)f[0] switch
        {
            0 => new Grant(GrantOutcome.Granted, TimeSpan.Zero),
            1 => new Grant(GrantOutcome.Wait, wait, Reserved: true),
            2 => new Grant(GrantOutcome.Wait, wait),
            3 => new Grant(GrantOutcome.Dropped, TimeSpan.Zero),
            _ => new Grant(GrantOutcome.Dead, TimeSpan.Zero),
        };
        return (grant, (long)f[2]);
    }

    public async Task<Grant> ConfirmAsync(OutboundCall call, CancellationToken cancel)
    {
        var f = (RedisValue[])(await connection.RepeatAsync(OutboundScripts.Confirm, Budgets(call), [], cancel))!;
        return (int)f[0] switch
        {
            0 => new Grant(GrantOutcome.Granted, TimeSpan.Zero),
            2 => new Grant(GrantOutcome.Wait, Micros(f[1])),
            _ => new Grant(GrantOutcome.Dead, TimeSpan.Zero),
        };
    }

    public Task PenalizeAsync(string bot, string? chat, TimeSpan retryAfter, CancellationToken cancel)
    {
        var penalty = retryAfter > IOutboundGovernor.PenaltyAtMost ? IOutboundGovernor.PenaltyAtMost : retryAfter;
        return DisturbAsync(bot, () => connection.RepeatAsync(
            OutboundScripts.Penalize,
            [chat is null ? Keys.BotBudget(bot) : Keys.ChatBudget(bot, chat), Keys.Penalties(bot)],
            [(long)Math.Max(0, penalty.TotalMicroseconds), chat ?? "", Milliseconds(chat is null ? Keys.BotBudgetKept : Keys.PenaltyKept)],
            cancel));
    }

    public Task MarkDeadAsync(string bot, string chat, string reason, CancellationToken cancel) =>
        DisturbAsync(bot, () => connection.RepeatAsync(
            OutboundScripts.MarkDead,
            [Keys.ChatBudget(bot, chat), Keys.DeadChats(bot), Keys.Penalties(bot)],
            [chat, reason.Length > LongestReason ? reason[..LongestReason] : reason, Milliseconds(IOutboundGovernor.DeadFor), Keys.DeadChatsHeld],
            cancel));

    public Task ReviveAsync(string bot, string chat, CancellationToken cancel) =>
        connection.RepeatAsync(OutboundScripts.Revive, [Keys.ChatBudget(bot, chat), Keys.DeadChats(bot)], [chat], cancel);

    public async Task<OutboundStatus> ReadStatusAsync(string bot, CancellationToken cancel)
    {
        var f = (RedisValue[])(await connection.RepeatAsync(
            OutboundScripts.Status, [Keys.BotBudget(bot), Keys.Penalties(bot), Keys.DeadChats(bot)], [Milliseconds(IOutboundGovernor.DeadFor)], cancel))!;
        return new OutboundStatus((int)f[0], Micros(f[1]), Micros(f[2]), (int)f[3], (long)f[4], (long)f[5]);
    }

    private async Task DisturbAsync(string bot, Func<Task> tell)
    {
        try
        {
            await tell();
        }
        finally
        {
            // Also when it is unknown whether the store has heard.
            _quiet.Disturb(bot);
        }
    }

    private static RedisKey[] Budgets(OutboundCall call) => [Keys.BotBudget(call.Bot), Keys.ChatBudget(call.Bot, call.Chat)];

    private static TimeSpan Micros(RedisValue value) => TimeSpan.FromTicks((long)value * TimeSpan.TicksPerMicrosecond);

    private static RedisValue Milliseconds(TimeSpan value) => (long)value.TotalMilliseconds;
}
