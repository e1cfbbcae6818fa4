namespace BotHub.FakeTelegram;

/// <summary>One budget with its penalty window. Guarded by the server's gate.</summary>
internal sealed class Bucket
{
    private double _tokens = double.NaN;
    private long _at;

    public DateTimeOffset ClosedAt { get; set; }
    public DateTimeOffset ClosedUntil { get; set; }
    public int Violations { get; set; }

    /// <summary>Whether a token is there now; does not take it.</summary>
    public bool Ready(TimeProvider time, double perSecond, int burst)
    {
        var now = time.GetTimestamp();
        _tokens = double.IsNaN(_tokens) ? burst : Math.Min(burst, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        _at = now;
        return _tokens >= 1;
    }

    public void Take() => _tokens -= 1;

    /// <summary>How long until a token is there, if nothing is taken.</summary>
    public TimeSpan Missing(double perSecond) => TimeSpan.FromSeconds((1 - _tokens) / perSecond);
}
