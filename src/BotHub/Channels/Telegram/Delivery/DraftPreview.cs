namespace BotHub.Channels.Telegram;

/// <summary>
/// Shows the answer as a draft in a private chat (core.telegram.org/bots/api#sendmessagedraft): it is animated, has a button to stop it, and
/// goes by itself when the answer is sent, or after 30 s. Where the server knows no drafts, people see that somebody is typing.
/// </summary>
/// <param name="draft">Not 0.</param>
internal sealed class DraftPreview(ChatLine line, long draft, TimeProvider clock) : IPreview
{
    /// <summary>Well before the draft goes by itself.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(20);

    private readonly Spacing _spacing = new(TimeSpan.FromSeconds(0.8));
    private readonly TypingPreview _typing = new(line);
    private string? _shown;
    private long _shownAt;
    private bool _behind, _onlyTyping;

    public TimeSpan Keep
    {
        get
        {
            if (_onlyTyping) return _typing.Keep;
            var left = _again - clock.GetElapsedTime(_shownAt);
            return _behind || left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    public async Task<TimeSpan> ShowAsync(string text, CancellationToken cancel)
    {
        _onlyTyping = !line.Server.Drafts || (text.Length == 0 && !line.Server.EmptyDrafts);
        if (_onlyTyping) return await _typing.ShowAsync(text, cancel);
        if (text == _shown && clock.GetElapsedTime(_shownAt) < _again)
        {
            _behind = false;
            return TimeSpan.Zero;
        }

        var result = await line.DraftAsync(draft, text, cancel);
        _behind = !result.Done;
        switch (result.Outcome)
        {
            case CallOutcome.Done:
                (_shown, _shownAt) = (text, clock.GetTimestamp());
                break;
            case CallOutcome.NoThread:
                line.LeaveThread();
                break;
            case CallOutcome.Empty when text.Length == 0:
                line.Server.EmptyDrafts = false;
                return TimeSpan.Zero;
            case CallOutcome.Unsupported:
                line.Server.Drafts = false;
                return TimeSpan.Zero;
        }

        return _spacing.After(result, text.Length);
    }
}
