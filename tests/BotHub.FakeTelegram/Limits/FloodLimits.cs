namespace BotHub.FakeTelegram;

/// <summary>
/// Budgets of sends, edits, drafts, chat actions and deletes together. The real numbers are not published; these follow the
/// bots FAQ: about one message a second in a chat with short bursts, 20 a minute in a group, 30 a second for a bot.
/// </summary>
public sealed record FloodLimits
{
    public bool Enabled { get; init; } = true;
    public double PrivatePerSecond { get; init; } = 1;
    public int PrivateBurst { get; init; } = 5;
    public double GroupPerMinute { get; init; } = 20;
    public int GroupBurst { get; init; } = 20;
    public double BotPerSecond { get; init; } = 30;
    public int BotBurst { get; init; } = 30;

    /// <summary>The shortest penalty window. Real ones start at a few seconds.</summary>
    public TimeSpan ShortestPenalty { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What a call into an open window multiplies the rest of the window with.</summary>
    public double ViolationFactor { get; init; } = 2;

    /// <summary>
    /// For so long after the whole bot was closed, calls of its other chats are refused but no violations: they were on their way.
    /// </summary>
    public TimeSpan BotGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>From this many violations in one chat on the bot is banned from the chat for <see cref="BanTime"/>.</summary>
    public int ViolationsUntilBan { get; init; } = 5;

    public TimeSpan BanTime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>No budgets at all, for benchmarks.</summary>
    public static FloodLimits Off { get; } = new() { Enabled = false };

    /// <summary>All rates and bursts times <paramref name="factor"/>, penalties divided by it.</summary>
    public FloodLimits Scaled(double factor) => this with
    {
        PrivatePerSecond = PrivatePerSecond * factor,
        PrivateBurst = Math.Max(1, (int)(PrivateBurst * factor)),
        GroupPerMinute = GroupPerMinute * factor,
        GroupBurst = Math.Max(1, (int)(GroupBurst * factor)),
        BotPerSecond = BotPerSecond * factor,
        BotBurst = Math.Max(1, (int)(BotBurst * factor)),
        ShortestPenalty = ShortestPenalty / factor,
    };
}
