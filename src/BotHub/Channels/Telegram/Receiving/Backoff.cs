namespace BotHub.Channels.Telegram;

/// <summary>How long to wait after one failure more: twice as long each time, with a part left to chance so that not all come back at once.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1), Most = TimeSpan.FromSeconds(30);

    public int Failures { get; private set; }

    public TimeSpan Next()
    {
        var full = Math.Min(Most.TotalSeconds, Least.TotalSeconds * Math.Pow(2, Math.Min(Failures++, 10)));
        return TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, full * (0.5 + Random.Shared.NextDouble() / 2)));
    }

    public void Reset() => Failures = 0;
}
