namespace BotHub.FakeTelegram;

/// <summary>The faults in force. The first that matches a call is the one that happens.</summary>
public sealed class FaultPlan
{
    private readonly FakeTelegramServer _server;
    private readonly List<State> _faults = [];
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal FaultPlan(FakeTelegramServer server) => _server = server;

    private sealed class State(Fault fault)
    {
        public Fault Fault { get; } = fault;
        public int Seen { get; set; }
        public int Hits { get; set; }
    }

    /// <summary>How often faults have happened so far.</summary>
    public int Happened { get; private set; }

    /// <exception cref="InvalidOperationException">The server is lean.</exception>
    public void Add(Fault fault)
    {
        if (_server.Options.Lean) throw new InvalidOperationException("A lean server has no faults.");
        _server.Write(() => _faults.Add(new(fault)));
    }

    /// <summary>Refuses the next calls with 429.</summary>
    public void TooManyRequests(string method, int retryAfter, int times = 1, FakeChat? chat = null) =>
        Add(new(FaultKind.TooManyRequests) { Method = method, RetryAfter = retryAfter, Times = times, ChatId = chat?.Id });

    /// <summary>Ends all faults and cuts the calls that hang.</summary>
    public void Clear()
    {
        _server.Write(_faults.Clear);
        Release();
    }

    internal Task Released => _released.Task;

    internal void Release() => Interlocked.Exchange(ref _released, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>The fault for this call, if any. The gate is held.</summary>
    internal Fault? Match(FakeBot bot, Call call)
    {
        if (_faults.Count == 0) return null;
        foreach (var state in _faults)
        {
            var fault = state.Fault;
            if (fault.Method is not null && !fault.Method.Equals(call.Method, StringComparison.OrdinalIgnoreCase)) continue;
            if (fault.BotId is { } id && id != bot.Id) continue;
            if (fault.ChatId is { } chat && chat != call.Integer("chat_id")) continue;
            if (fault.Times > 0 && state.Hits >= fault.Times) continue;
            state.Seen++;
            if (state.Seen <= fault.Skip || (state.Seen - fault.Skip - 1) % Math.Max(1, fault.Every) != 0) continue;
            state.Hits++;
            Happened++;
            return fault;
        }

        return null;
    }
}
