using BotHub.Core.Conversations;
using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>Answers messages that are commands, without a model. The table below is the one place that names them, for all channels.</summary>
public sealed class CommandStage(ModelCommands models, ModelHealths healths, IConversationStore store, Usage.UsageReport usage) : ITurnStage
{
    /// <summary>The commands as users see them in <c>/help</c> and in the channels' command menus.</summary>
    public static readonly IReadOnlyList<Command> Table =
    [
        new("help", "what I understand"),
        new("reset", "forget what was said so far and start afresh"),
        new("models", "which models there are"),
        new("model", "which model answers; with a name: let that one answer from now on", "NAME"),
        new("status", "which model answers, and how busy it is"),
        new("usage", "what you have used, and what is left of it"),
        new("stop", "end the answer that is being written"),
    ];

    private const int LongestArgument = 64;

    /// <summary>What messengers send for a person who opens the chat. Understood everywhere, and in no menu.</summary>
    public const string Start = "start";

    /// <summary>The command a text is, without its slash, or null when it is an ordinary message.</summary>
    public static string? Parse(string text) => Read(text)?.Name;

    /// <summary>The command with what stands behind it, which is empty for most.</summary>
    private static (string Name, string Argument)? Read(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length < 2 || trimmed[0] != '/') return null;
        var end = trimmed.IndexOfAny(" \t\r\n");
        var word = end < 0 ? trimmed[1..] : trimmed[1..end];
        var argument = end < 0 ? default : trimmed[end..].TrimStart();
        foreach (var (name, _, takes) in Table)
            if (word.Equals(name, StringComparison.OrdinalIgnoreCase)) return argument.Length == 0 || (takes is not null && argument.Length <= LongestArgument) ? (name, argument.ToString()) : null;
        return argument.Length == 0 && word.Equals(Start, StringComparison.OrdinalIgnoreCase) ? (Start, "") : null;
    }

    private static string Help => string.Join('\n', Table.Select(c => $"- `/{c.Name}{(c.Argument is { } argument ? $" {argument}" : "")}`: {c.Description}"));

    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next) =>
        Read(turn.Messages[0].Text) is var (command, argument) ? AnswerAsync(turn, command, argument) : next(turn);

    private async IAsyncEnumerable<ReplyPart> AnswerAsync(Turn turn, string command, string argument)
    {
        turn.InContext = false;
        if (command == "reset") turn.ResetWindow = true;
        yield return new ReplyText(command switch
        {
            "help" => Help,
            Start => $"{Texts.Greeting}\n\n{Help}",
            "reset" => Texts.Reset,
            "stop" => Texts.Stopped,
            "usage" => await usage.TellAsync(turn),
            "models" => models.List(turn),
            "model" => await models.ChooseAsync(turn, argument),
            _ => await StatusAsync(turn),
        });
    }

    private async Task<string> StatusAsync(Turn turn)
    {
        var route = models.Now(turn).Route;
        var status = await store.ReadStatusAsync(turn.Cancel);
        var messages = turn.TranscriptTail - turn.WindowStart;
        return $"""
            {string.Join('\n', route.Models.Select(Describe))}
            - Messages in this conversation: {messages:N0}
            - Conversations with work right now: {status.Ready:N0}
            """;
    }

    private string Describe(NamedModel model)
    {
        var pause = healths.Of(model.Name).Breaker.State == BreakerState.Closed ? "" : $"; {Texts.LeftAlone}";
        return $"- Model: {model.Description} (`{model.Name}`), context {model.Meter.ContextLength:N0} tokens{pause}{(model.Notice is { } notice ? $"\n- {notice}" : "")}";
    }
}

/// <param name="Argument">What may stand behind it, as help names it; null for nothing.</param>
public sealed record Command(string Name, string Description, string? Argument = null);
