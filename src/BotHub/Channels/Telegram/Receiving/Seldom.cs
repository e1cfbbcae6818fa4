namespace BotHub.Channels.Telegram;

/// <summary>Lets something through at most once in a while for each key. It forgets all at once when it holds too many keys.</summary>
internal sealed class Seldom(TimeProvider clock, TimeSpan pause)
{
    private const int Most = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(long Bot, long Key), long> _last = [];

    public bool Due((long Bot, long Key) key)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            if (_last.TryGetValue(key, out var last) && clock.GetElapsedTime(last, now) < pause) return false;
            if (_last.Count >= Most) _last.Clear();
            _last[key] = now;
            return true;
        }
    }
}
