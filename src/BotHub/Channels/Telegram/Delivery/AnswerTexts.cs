namespace BotHub.Channels.Telegram;

/// <summary>Every text that stands in an answer's place, and the labels of its buttons.</summary>
internal static class AnswerTexts
{
    /// <summary>Until there is some of the answer.</summary>
    public const string Placeholder = "…";

    /// <summary>The answer was stopped before it had begun.</summary>
    public const string Stopped = "Stopped.";

    /// <summary>The answer holds nothing that a message can show.</summary>
    public const string Nothing = "(This answer holds no text.)";

    /// <summary>What is left of a longer, earlier answer and can't be deleted.</summary>
    public const string Obsolete = "(This part belonged to an earlier answer.)";

    public const string Good = "👍";
    public const string Bad = "👎";
    public const string Again = "↻";
    public const string Stop = "⏹ Stop";

    public static string Waiting(int position, int? seconds) => seconds is { } s
        ? $"Others are answered first: place {position} in the queue, about {s} s."
        : $"Others are answered first: place {position} in the queue.";
}
