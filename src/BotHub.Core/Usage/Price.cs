namespace BotHub.Core.Usage;

/// <summary>What one call of a model consumed.</summary>
/// <param name="PromptTokens">Of the prompt, <paramref name="CachedTokens"/> included.</param>
/// <param name="Duration">How long it took.</param>
public readonly record struct Consumption(long PromptTokens, long CachedTokens, long CompletionTokens, TimeSpan Duration, int Images = 0, TimeSpan Audio = default);

/// <summary>A model's prices in units of the configured currency.</summary>
/// <param name="Prompt">For a million tokens of the prompt.</param>
/// <param name="CachedPrompt">For a million of those that the provider had in its cache.</param>
/// <param name="Completion">For a million tokens of the answer, what a reasoning model thought included.</param>
/// <param name="GpuHour">For an hour of computing; of a call on hardware of one's own, its time.</param>
public sealed record Price(decimal Prompt, decimal CachedPrompt, decimal Completion, decimal Image = 0, decimal AudioMinute = 0, decimal GpuHour = 0)
{
    /// <summary>The highest of each.</summary>
    public const decimal Most = 10_000;

    /// <summary>Parts of a unit: money is counted in billionths, because a thousandth of a unit for a million tokens is one billionth for a token.</summary>
    public const decimal Nanos = 1_000_000_000;

    private const decimal MillisecondsAnHour = 3_600_000, MillisecondsAMinute = 60_000;

    public static readonly Price Free = new(0, 0, 0);

    /// <summary>The price of a call in billionths, rounded once, half a billionth upwards.</summary>
    public long Of(in Consumption use)
    {
        var cached = Math.Clamp(use.CachedTokens, 0, Math.Max(0, use.PromptTokens));
        var tokens = ((use.PromptTokens - cached) * Prompt) + (cached * CachedPrompt) + (use.CompletionTokens * Completion);
        var nanos = (tokens * 1000m)
            + (use.Images * Image * Nanos)
            + ((decimal)use.Audio.TotalMilliseconds * AudioMinute * Nanos / MillisecondsAMinute)
            + ((decimal)use.Duration.TotalMilliseconds * GpuHour * Nanos / MillisecondsAnHour);
        return (long)decimal.Round(Math.Max(0, nanos), MidpointRounding.AwayFromZero);
    }
}
