using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>Answers messages that are commands, without a model. The table below is the one place that names them, for all channels.</summary>
public sealed class CommandStage(Models.IModelDirectory models, Prompts.IPromptLibrary prompts, IConversationStore store, Usage.UsageReport usage) : ITurnStage
{
    /// <summary>The commands as users see them in <c>/help</c> and in the channels' command menus.</summary>
    public static readonly IReadOnlyList<(string Name, string Description)> Table =
    [
        ("help", "what I understand"),
        ("reset", "forget what was said so far and start afresh"),
        ("status", "which model answers, and how busy it is"),
        ("usage", "what you have used, and what is left of it"),
        ("stop", "end the answer that is being written"),
    ];

    /// <summary>What messengers send for a person who opens the chat. Understood everywhere, and in no menu.</summary>
    public const string Start = "start";

    /// <summary>The command a text is, without its slash, or null when it is an ordinary message.</summary>
    public static string? Parse(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length is < 2 or > 64 || trimmed[0] != '/') return null;
        foreach (var (name, _) in Table)
            if (trimmed[1..].Equals(name, StringComparison.OrdinalIgnoreCase)) return name;
        return trimmed[1..].Equals(Start, StringComparison.OrdinalIgnoreCase) ? Start : null;
    }

    private static string Help => string.Join('\n', Table.Select(c => $"- `/{c.Name}`: {c.Description}"));

    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next) =>
        Parse(turn.Messages[0].Text) is { } command ? AnswerAsync(turn, command) : next(turn);

    private async IAsyncEnumerable<ReplyPart> AnswerAsync(Turn turn, string command)
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
            _ => await StatusAsync(turn),
        });
    }

    private async Task<string> StatusAsync(Turn turn)
    {
        var choice = turn.Channel.ChoiceFor(turn.Conversation);
        var model = models.Get(choice.Model ?? prompts.Get(choice.Persona).Model);
        var status = await store.ReadStatusAsync(turn.Cancel);
        var messages = turn.TranscriptTail - turn.WindowStart;
        return $"""
            - Model: {model.Description} (`{model.Name}`), context {model.Meter.ContextLength:N0} tokens{(model.Notice is { } notice ? $"\n- {notice}" : "")}
            - Messages in this conversation: {messages:N0}
            - Conversations with work right now: {status.Ready:N0}
            """;
    }
}
