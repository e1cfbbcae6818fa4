namespace BotHub.FakeTelegram;

/// <summary>
/// Flood control: one bucket per chat and one per bot. A call without budget opens a penalty window; a call into an open window
/// is a violation that lengthens it; too many violations are a ban.
/// </summary>
public sealed class FloodControl
{
    private readonly FakeTelegramServer _server;
    private readonly Dictionary<(long Bot, long Chat), Bucket> _buckets = [];
    private readonly List<Refusal> _refusals = [];
    private readonly List<Violation> _violations = [];
    private readonly List<Ban> _bans = [];

    internal FloodControl(FakeTelegramServer server, FloodLimits limits) => (_server, Limits) = (server, limits);

    /// <summary>May be exchanged at any time; open windows stay.</summary>
    public FloodLimits Limits { get; set; }

    /// <summary>Every call answered with an error, in order; the oldest go when there are more than 10,000.</summary>
    public IReadOnlyList<Refusal> Refusals => _server.Read(() => _refusals.ToArray());

    public IReadOnlyList<Violation> Violations => _server.Read(() => _violations.ToArray());
    public IReadOnlyList<Ban> Bans => _server.Read(() => _bans.ToArray());

    /// <summary>Opens a penalty window by hand, as Telegram does when it feels like it. Null means the whole bot.</summary>
    public void Close(FakeBot bot, FakeChat? chat, TimeSpan length) => _server.Write(() =>
        Of(bot.Id, chat?.Id ?? 0).ClosedUntil = _server.Time.GetUtcNow() + length);

    /// <summary>How long the chat (null: the bot) is still closed for the bot; zero when it is open.</summary>
    public TimeSpan ClosedFor(FakeBot bot, FakeChat? chat) => _server.Read(() =>
    {
        var left = Of(bot.Id, chat?.Id ?? 0).ClosedUntil - _server.Time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    });

    /// <summary>Forgets windows and budgets, not what was recorded.</summary>
    public void Reset() => _server.Write(_buckets.Clear);

    internal void Record(Refusal refusal)
    {
        if (_refusals.Count >= 10_000) _refusals.RemoveRange(0, 1_000);
        _refusals.Add(refusal);
    }

    /// <summary>Takes from the budgets of the chat and the bot, or throws the 429. The gate is held.</summary>
    internal void Spend(FakeBot bot, FakeChat chat, string method)
    {
        var limits = Limits;
        var ofChat = _buckets.Count == 0 && !limits.Enabled ? null : Of(bot.Id, chat.Id);
        if (ofChat is null) return;

        var ofBot = Of(bot.Id, 0);
        CheckWindow(ofChat, bot, chat, method);
        CheckWindow(ofBot, bot, null, method);
        if (!limits.Enabled) return;

        var (rate, burst) = chat.Kind == FakeChatKind.Private
            ? (limits.PrivatePerSecond, limits.PrivateBurst)
            : (limits.GroupPerMinute / 60, limits.GroupBurst);
        var chatReady = ofChat.Ready(_server.Time, rate, burst);
        var botReady = ofBot.Ready(_server.Time, limits.BotPerSecond, limits.BotBurst);
        if (!chatReady) Shut(ofChat, ofChat.Missing(rate));
        if (!botReady) Shut(ofBot, ofBot.Missing(limits.BotPerSecond));
        ofChat.Take();
        ofBot.Take();
    }

    private void Shut(Bucket bucket, TimeSpan missing)
    {
        var length = missing > Limits.ShortestPenalty ? missing : Limits.ShortestPenalty;
        bucket.ClosedAt = _server.Time.GetUtcNow();
        bucket.ClosedUntil = bucket.ClosedAt + length;
        bucket.Violations = 0;
        throw Refused.TooMany(Seconds(length));
    }

    private void CheckWindow(Bucket bucket, FakeBot bot, FakeChat? chat, string method)
    {
        var now = _server.Time.GetUtcNow();
        var left = bucket.ClosedUntil - now;
        if (left <= TimeSpan.Zero) return;

        if (chat is null && now - bucket.ClosedAt < Limits.BotGrace) throw Refused.TooMany(Seconds(left));
        _violations.Add(new(now, bot.Id, chat?.Id, method, left));
        bucket.Violations++;
        if (bucket.Violations >= Limits.ViolationsUntilBan)
        {
            bucket.ClosedUntil = now + Limits.BanTime;
            _bans.Add(new(now, bot.Id, chat?.Id, bucket.ClosedUntil));
        }
        else
        {
            bucket.ClosedUntil = now + (left * Limits.ViolationFactor);
        }

        throw Refused.TooMany(Seconds(bucket.ClosedUntil - now));
    }

    private Bucket Of(long bot, long chat) =>
        _buckets.TryGetValue((bot, chat), out var bucket) ? bucket : _buckets[(bot, chat)] = new();

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
