using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Turns away what must not reach a model: poison messages, turns that never end, empty and overlong texts.</summary>
public sealed class LimitsStage(IOptions<PipelineOptions> options) : ITurnStage
{
    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        if (turn.Messages.Count == 0) return Reject(turn, "unreadable", Texts.Unreadable(turn.Reference), deadLetter: true);
        if (turn.Tries > options.Value.MaxTries) return Reject(turn, "gave_up", Texts.GaveUp(turn.Reference), deadLetter: true);

        // The turn behind it is answered again: its questions have passed here already.
        if (turn.Messages[0].Regenerates is not null) return next(turn);

        var length = turn.Messages.Sum(m => m.Text.Length);
        if (length > options.Value.MaxTextLength) return Reject(turn, "too_long", Texts.TooLong(length, options.Value.MaxTextLength));
        if (turn.Messages.All(m => string.IsNullOrWhiteSpace(m.Text) && m.Attachments is null)) return Reject(turn, "empty", Texts.Empty);
        return next(turn);
    }

    internal static async IAsyncEnumerable<ReplyPart> Reject(Turn turn, string code, string text, bool deadLetter = false)
    {
        await Task.CompletedTask;
        turn.InContext = false;
        turn.ErrorCode = code;
        if (deadLetter) turn.DeadLetter = code;
        yield return new ReplyText(text);
    }
}
