using BotHub.FakeOpenAI.Faults;

namespace BotHub.FakeOpenAI.Limits;

/// <summary>0: no limit of this kind.</summary>
/// <param name="Tokens">The prompt's and the longest answer's at first, as Azure counts; what the answer took once it has ended.</param>
/// <param name="Window">What counts as a minute.</param>
public sealed record FakeLimits(int Requests, int Tokens, int Concurrency, TimeSpan Window);

/// <summary>
/// What the provider allows in any window, exactly: the times of all calls that were let in are kept. A call beyond it is refused with
/// 429 and the time after which it would do.
/// </summary>
public sealed class ProviderLimits(TimeProvider clock)
{
    private const int Kept = 100_000;

    private readonly Lock _gate = new();
    private readonly List<Call> _calls = [];
    private int _running;

    /// <summary>Null: everything is let in, and counted all the same.</summary>
    public FakeLimits? Limits { get; set; }

    /// <summary>Calls that came when they were not allowed.</summary>
    public int Refused { get; private set; }

    /// <summary>Calls that were let in.</summary>
    public int Admitted { get; private set; }

    /// <summary>The most calls that ever ran at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>When the calls came that were let in, in the clock's own time.</summary>
    public IReadOnlyList<long> Arrivals
    {
        get { lock (_gate) return [.. _calls.Select(c => c.At)]; }
    }

    /// <summary>The call's ticket, or null with how long to wait.</summary>
    internal Call? Enter(int tokens, out TimeSpan wait)
    {
        lock (_gate)
        {
            wait = TimeSpan.Zero;
            var now = clock.GetTimestamp();
            if (Limits is { } limits)
            {
                var lately = _calls.Where(c => clock.GetElapsedTime(c.At, now) < limits.Window).ToList();
                if ((limits.Requests > 0 && lately.Count >= limits.Requests)
                    || (limits.Tokens > 0 && lately.Sum(c => c.Tokens) + tokens > limits.Tokens)
                    || (limits.Concurrency > 0 && _running >= limits.Concurrency))
                {
                    Refused++;
                    wait = lately.Count == 0 ? TimeSpan.FromMilliseconds(100) : limits.Window - clock.GetElapsedTime(lately[0].At, now);
                    return null;
                }
            }

            Admitted++;
            MostAtOnce = Math.Max(MostAtOnce, ++_running);
            var call = new Call(now) { Tokens = tokens };
            _calls.Add(call);
            if (_calls.Count > Kept) _calls.RemoveRange(0, Kept / 2);
            return call;
        }
    }

    /// <summary>The call has ended; only the first word on it counts.</summary>
    /// <param name="took">Null: the call was broken off, and its first estimate stays.</param>
    internal void Leave(Call call, int? took)
    {
        lock (_gate)
        {
            if (call.Ended) return;
            call.Ended = true;
            _running--;
            call.Tokens = took ?? call.Tokens;
        }
    }

    internal sealed class Call(long at)
    {
        public long At { get; } = at;
        public int Tokens { get; set; }
        public bool Ended { get; set; }
    }

    internal static Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers["retry-after-ms"] = Math.Ceiling(wait.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Protocol.Refused.Of(new Fault(FaultKind.Status) { Status = 429 }).WriteAsync(context);
    }
}
