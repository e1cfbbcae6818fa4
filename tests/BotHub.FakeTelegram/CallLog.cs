namespace BotHub.FakeTelegram;

/// <summary>One call of a bot. <paramref name="Code"/> is what was answered, 0 when the connection was cut.</summary>
public sealed record LoggedCall(DateTimeOffset At, long BotId, string Method, long? ChatId, int Code, string Note)
{
    public override string ToString() => $"{At:HH:mm:ss.fff} {Method} chat={ChatId} → {Code} {Note}";
}

/// <summary>What bots called: counts of everything, and the latest calls one by one.</summary>
public sealed class CallLog
{
    private readonly FakeTelegramServer _server;
    private readonly Dictionary<string, int> _counts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<LoggedCall> _recent = new();

    internal CallLog(FakeTelegramServer server) => _server = server;

    /// <summary>Calls by method, refused ones included.</summary>
    public IReadOnlyDictionary<string, int> Counts => _server.Read(() => new Dictionary<string, int>(_counts, StringComparer.OrdinalIgnoreCase));

    /// <summary>The latest calls, as many as <see cref="FakeTelegramOptions.KeptCalls"/>.</summary>
    public IReadOnlyList<LoggedCall> Recent => _server.Read(() => _recent.ToArray());

    public int Of(string method) => _server.Read(() => _counts.GetValueOrDefault(method));

    internal IEnumerable<LoggedCall> RecentUnderGate() => _recent;

    internal void Add(FakeBot bot, string method, FakeChat? chat, int code, string note)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, method, out _)++;
        _recent.Enqueue(new(_server.Time.GetUtcNow(), bot.Id, method, chat?.Id, code, note));
        if (_recent.Count > _server.Options.KeptCalls) _recent.Dequeue();
    }
}
