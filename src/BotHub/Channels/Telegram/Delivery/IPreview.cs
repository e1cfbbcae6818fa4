namespace BotHub.Channels.Telegram;

/// <summary>How an answer is shown while it is being written. Cosmetic: what fails here fails no turn.</summary>
internal interface IPreview
{
    /// <summary>
    /// Shown again after so long, by now, even when there is nothing new: what is shown would go by itself, or the last look was refused.
    /// Infinite where what is shown stays.
    /// </summary>
    TimeSpan Keep { get; }

    /// <summary>Shows the text in place of what was shown before.</summary>
    /// <param name="text">Plain, 4096 UTF-16 units at most; empty when there is nothing to show yet.</param>
    /// <returns>How long to leave the platform alone.</returns>
    Task<TimeSpan> ShowAsync(string text, CancellationToken cancel);
}

/// <summary>Spacing that grows with the answer, and while the platform or the budget refuses.</summary>
/// <param name="first">Between two looks at a short answer.</param>
internal sealed class Spacing(TimeSpan first)
{
    private const double Most = 8;

    private double _factor = 1;

    public TimeSpan After(CallResult result, int length)
    {
        _factor = result.Done ? Math.Max(1, _factor / 1.25) : Math.Min(Most, _factor * 1.5);
        var spacing = first * _factor * (1 + length / 4000.0);
        return result.Outcome == CallOutcome.Later && result.Wait > spacing ? result.Wait : spacing;
    }
}
