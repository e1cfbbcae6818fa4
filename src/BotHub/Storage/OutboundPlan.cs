using BotHub.Core.Delivery;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>What limits and priority mean for one ask, in µs and calls, so that the script only adds and compares. See <see cref="OutboundPriority"/>.</summary>
internal static class OutboundPlan
{
    private const double Second = 1e6, LongestInterval = 86_400e6;
    private const long Minute = 60_000_000;
    private const int MostPerMinute = 1000;

    private static readonly long ReservedAtMost = (long)IOutboundGovernor.ReservedAtMost.TotalMicroseconds;
    private static readonly long BotBudgetKept = (long)Keys.BotBudgetKept.TotalMilliseconds;

    /// <summary>How many calls a silent bot saves up.</summary>
    public static double BotBurst(OutboundLimits limits) => Math.Max(4, limits.BotPerSecond / 2);

    /// <summary>Whether nothing but a penalty or a dead chat can stand in the call's way.</summary>
    public static bool IsUnlimited(OutboundCall call, OutboundLimits limits) =>
        !(limits.BotPerSecond > 0) && !(limits.ChatPerSecond > 0) && !(call.Group && limits.GroupPerMinute > 0);

    /// <summary>The arguments of <see cref="Scripts.OutboundScripts.Ask"/>.</summary>
    public static RedisValue[] For(OutboundCall call, OutboundLimits limits)
    {
        var (botShare, chatCalls, groupShare) = call.Priority switch
        {
            OutboundPriority.Final => (0d, 0, 0d),
            OutboundPriority.Error => (0.1, 0, 0),
            OutboundPriority.Preview => (0.25, 1, 0.25),
            _ => (0.5, 2, 0.5),
        };
        var chat = Interval(limits.ChatPerSecond);
        var bot = Interval(limits.BotPerSecond);
        var burst = BotBurst(limits);
        var group = call.Group ? Math.Clamp(limits.GroupPerMinute, 0, MostPerMinute) : 0;
        return
        [
            call.Priority >= OutboundPriority.Error ? 1 : 0, ReservedAtMost,
            chat, chat * (Math.Max(1, limits.ChatBurst) - 1), chat * chatCalls,
            bot, (long)(bot * (burst - 1)), (long)(bot * burst * botShare), (int)(burst / 2),
            group, group - Math.Max(chatCalls, (int)(group * groupShare)), Minute, BotBudgetKept,
        ];
    }

    private static long Interval(double perSecond) => perSecond > 0 ? (long)Math.Ceiling(Math.Min(LongestInterval, Second / perSecond)) : 0;
}
