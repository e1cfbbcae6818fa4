namespace BotHub.Channels.Telegram;

/// <summary>Only says that an answer is coming. The platform shows it for 5 s at most (core.telegram.org/bots/api#sendchataction).</summary>
internal sealed class TypingPreview(ChatLine line) : IPreview
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(4.5);

    private readonly Spacing _spacing = new(_again);

    public TimeSpan Keep => _again;

    public async Task<TimeSpan> ShowAsync(string text, CancellationToken cancel)
    {
        var result = await line.TypingAsync(cancel);
        if (result.Outcome == CallOutcome.NoThread) line.LeaveThread();
        return _spacing.After(result, 0);
    }
}
