using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Prompts;

namespace BotHub.Core.Pipeline;

/// <summary>One user message, or a burst of them, being answered. It belongs to one lease and runs on one node.</summary>
public sealed class Turn
{
    private string _begun = "";

    public Turn(Claim claim, IReadOnlyList<Mail> mail, int tries, long transcriptTail, long windowStart, TurnLifetime lifetime, IChannel channel, IReplySurface surface, DateTimeOffset startedAt)
    {
        Lease = claim.Lease;
        Mail = mail;
        Tries = tries;
        TranscriptTail = transcriptTail;
        WindowStart = windowStart;
        Lifetime = lifetime;
        Channel = channel;
        Surface = surface;
        StartedAt = startedAt;
        Id = IdOf(mail[0].Sequence);
        Messages = [.. mail.Where(m => m.Body is not null).Select(m => m.Body!)];
        Questions = [.. Messages.Select(m => new Question(m.Id, m.Text, m.At, PromptText.Of(m)))];
    }

    /// <summary>Names the turn that begins at this mailbox number: repeated after a crash, it is the same turn.</summary>
    public static string IdOf(long firstMail) => $"t{firstMail}";

    /// <summary>The id of the answer's message. No client can choose it: their ids hold no dot.</summary>
    public static string AnswerIdOf(string turn) => $"{turn}.a";

    /// <summary>Whether <see cref="AnswerIdOf"/> makes this id.</summary>
    public static bool IsAnswerId(string id, string turn) => id.Length == turn.Length + 2 && id.EndsWith(".a", StringComparison.Ordinal) && id.StartsWith(turn, StringComparison.Ordinal);

    public string Id { get; }
    public string AnswerId => AnswerIdOf(Id);
    public LeaseKey Lease { get; }
    public ConversationId Conversation => Lease.Conversation;
    public IReadOnlyList<Mail> Mail { get; }

    /// <summary>The readable messages of the turn, oldest first; empty for a poison message.</summary>
    public IReadOnlyList<InboundMessage> Messages { get; }

    /// <summary>How often this turn has begun, this time included.</summary>
    public int Tries { get; }

    public long TranscriptTail { get; }
    public long WindowStart { get; }
    public TurnLifetime Lifetime { get; }
    public CancellationToken Cancel => Lifetime.Token;
    public IChannel Channel { get; }
    public IReplySurface Surface { get; }
    public DateTimeOffset StartedAt { get; }

    /// <summary>Given to the user with an error, and to the log with everything else.</summary>
    public string Reference => field ??= Guid.NewGuid().ToString("N")[..8];

    /// <summary>The model that people chose for this conversation; null for the usual one.</summary>
    public string? Chosen { get; init; }

    /// <summary>The earlier answer that this turn's answer takes the place of; null for a turn of its own.</summary>
    public DeliveredAnswer? Supersedes { get; init; }

    // What the stages find out, in their order.

    /// <summary>What is asked, as the transcript and the model get it.</summary>
    public IReadOnlyList<Question> Questions { get; set; }

    /// <summary>Earlier entries that models may see, oldest first.</summary>
    public IReadOnlyList<ChatEntry> History { get; set; } = [];

    public Persona? Persona { get; set; }

    /// <summary>Who may see this conversation. The strictest until <see cref="RouteStage"/> knows better.</summary>
    public DataClass Data { get; set; } = DataClass.Internal;

    /// <summary>What was asked for, by people, channel or persona.</summary>
    public ModelRoute? Route { get; set; }

    /// <summary>The models of the route that may answer, in the order in which they are tried: chosen by <see cref="RouteStage"/>, changed by stages behind it.</summary>
    public IReadOnlyList<NamedModel> Candidates { get; set; } = [];

    /// <summary>The persona's prompt for this turn, the same whichever model reads it.</summary>
    public string Instructions { get; set; } = "";

    /// <summary>The model in use and the window that was built for it; both by <see cref="Use"/>.</summary>
    public NamedModel? Model { get; private set; }

    public PromptWindow? Window { get; private set; }

    /// <summary>
    /// Makes this the model that answers, with a window built for it: the one way to a model, so that none is ever asked which may not see
    /// the conversation, and no prompt is ever longer than what its reader takes.
    /// </summary>
    /// <param name="begun">What people have seen of the answer, where another model began it.</param>
    /// <exception cref="ModelForbiddenException">The model is out of the house, and the conversation may not leave it.</exception>
    public PromptWindow Use(NamedModel model, string begun = "")
    {
        if (Data == DataClass.Internal && !model.InHouse) throw new ModelForbiddenException(model.Name);
        if (Window is { } window && ReferenceEquals(Model, model) && _begun == begun) return window;
        var reserve = Math.Min(Persona?.Sampling.MaxTokens ?? model.MaxTokens, model.MaxTokens);
        Window = window = PromptWindow.Build(
            Instructions, History, [.. Questions.Select(q => q.ForModel)], model.Meter, reserve, begun.Length == 0 ? [] : Continuation.Prompt(begun));
        (Model, _begun) = (model, begun);
        Figures.Planned = window.Tokens;
        return window;
    }

    /// <summary>False when neither question nor answer belongs into later prompts: commands, rejected messages.</summary>
    public bool InContext { get; set; } = true;

    public bool ResetWindow { get; set; }

    /// <summary>Set where another model is chosen from now on: its name, or empty for the usual one.</summary>
    public string? Choose { get; set; }

    /// <summary>Something is kept free for the turn in budgets.</summary>
    public bool Reserved { get; set; }

    /// <summary>Said behind a whole answer; models never see it.</summary>
    public string? Notice { get; set; }

    /// <summary>Set by a stage that answers without success: the message is shown, the turn is stored as failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Why the message was given up, for operators.</summary>
    public string? DeadLetter { get; set; }

    /// <summary>Set when a provider's content filter stopped the question or the answer.</summary>
    public ContentVerdict? Refused { get; set; }

    public TurnFigures Figures { get; } = new();

    /// <summary>Set by the commit.</summary>
    public OutboxEntry? Reply { get; set; }

    /// <summary>Set by the delivery.</summary>
    public Delivery Delivered { get; set; }
}

/// <param name="Prompt">The text as models see it, where that is more than <paramref name="Text"/>.</param>
public sealed record Question(string Id, string Text, DateTimeOffset At, string? Prompt)
{
    public string ForModel => Prompt ?? Text;
}

/// <summary>What the meter measured.</summary>
public sealed class TurnFigures
{
    private readonly List<ModelCall> _calls = [];
    private int _promptTokens;

    /// <summary>One for each call of a model that may have cost something, in their order.</summary>
    public IReadOnlyList<ModelCall> Calls => _calls;

    /// <summary>The models that were passed over or failed, and why: what explains that another one answers.</summary>
    public IReadOnlyList<PassedModel> Passed { get; private set; } = [];

    /// <summary>The prompt's length where no call was made.</summary>
    public int Planned { get; set; }

    /// <summary>What models read for this turn, all calls together; the prompt's length where there was none.</summary>
    public int PromptTokens => _calls.Count == 0 ? Planned : _promptTokens;

    public int CachedTokens { get; private set; }

    /// <summary>Of the answer, what a reasoning model thought included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Of <see cref="CompletionTokens"/>, what was thought and not said.</summary>
    public int ReasoningTokens { get; private set; }

    public TimeSpan? FirstToken { get; set; }
    public TimeSpan Generation { get; set; }
    public string? FinishReason { get; set; }

    public void Add(ModelCall call)
    {
        _calls.Add(call);
        _promptTokens += call.PromptTokens;
        CachedTokens += call.CachedTokens;
        CompletionTokens += call.CompletionTokens;
        ReasoningTokens += call.ReasoningTokens;
    }

    public void Pass(string model, string reason) => Passed = [.. Passed, new PassedModel(model, reason)];
}

/// <summary>A model that another one took the place of.</summary>
/// <param name="Reason">A short code: <c>data_class</c>, <c>too_small</c>, <c>busy</c>, <c>failed</c> and the like.</param>
public sealed record PassedModel(string Model, string Reason)
{
    /// <summary>The question alone is longer than its context.</summary>
    public const string TooSmall = "too_small";

    /// <summary>It is out of the house, and the conversation may not leave it.</summary>
    public const string DataClass = "data_class";

    /// <summary>As much was spent on it today as its route allows.</summary>
    public const string Cost = "cost";

    /// <summary>It failed so often that it is left alone for a while.</summary>
    public const string Open = "breaker_open";

    /// <summary>Its queue is too long.</summary>
    public const string Queue = "queue";

    /// <summary>A budget is used up, or asks for a cheaper model.</summary>
    public const string Budget = "budget";
}
