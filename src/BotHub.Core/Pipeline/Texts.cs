namespace BotHub.Core.Pipeline;

/// <summary>Every text the pipeline itself says to people. Plain words, no inner details; a reference id where an operator may be asked.</summary>
public static class Texts
{
    public static string Failed(string reference) =>
        $"Sorry, something went wrong on my side and I could not answer. Please try again; if it keeps happening, quote reference {reference}.";

    public static string FailedMidway(string reference) =>
        $"\n\n(Something went wrong here and the answer is incomplete. Reference {reference}.)";

    public static string TimedOut(string reference) =>
        $"Sorry, this took too long and I had to give up. Please try again, perhaps with a shorter question. Reference {reference}.";

    public static string GaveUp(string reference) =>
        $"Sorry, I tried several times and could not answer this message. Please try again in other words. Reference {reference}.";

    public static string Unreadable(string reference) =>
        $"Sorry, I could not read this message. Please send it again. Reference {reference}.";

    public static string TooLong(int length, int limit) =>
        $"This message has {length:N0} characters; I can read {limit:N0} at most. Please shorten it or send it in parts.";

    public static string TooLongForModel(int tokens, int room) =>
        $"This message is too long for the model in use: {tokens:N0} tokens, and there is room for {room:N0}. Please shorten it or send it in parts.";

    /// <summary>The model could read less than it was believed to.</summary>
    public static string GrownTooLong(string reference) =>
        $"Sorry, this conversation has become longer than the model in use can read. Please shorten the message, or write /reset to start afresh. Reference {reference}.";

    /// <summary>Files that came with a message and that no stage can read.</summary>
    public static string CannotRead(string files) =>
        $"I got {files}, but I cannot look into that kind of file yet. Please tell me in words what it is about.";

    /// <summary>A provider's filter stopped the question; there is no answer.</summary>
    public static string QuestionRefused(IReadOnlyList<string> categories) =>
        $"The content filter of the model in use stopped this message{Named(categories)}, so there is no answer. Please put it in other words.";

    /// <summary>A provider's filter stopped the answer before any of it was shown.</summary>
    public static string AnswerRefused(IReadOnlyList<string> categories) =>
        $"The content filter of the model in use stopped the answer{Named(categories)}. Please put your question in other words.";

    /// <summary>The same when a part of the answer is there to be seen.</summary>
    public static string RestRefused(IReadOnlyList<string> categories) =>
        $"\n\n(The content filter of the model in use stopped the rest of this answer{Named(categories)}.)";

    /// <summary>Behind an answer that is as long as answers may be.</summary>
    public const string CutShort = "\n\n(This answer has reached its greatest length. Write \"continue\" and I go on.)";

    /// <summary>A reasoning model that came to no answer within its allowance.</summary>
    public const string OnlyThought = "I thought about this for as long as I may and came to no answer. Please ask for less at a time.";

    public const string Greeting = "Hello! Just write to me. I also understand:";
    public const string TooOld = "This answer is too old to be written anew. Please ask again.";
    public const string Empty = "This message holds no text, so there is nothing to answer.";
    public const string Busy = "I am answering as many people as I can right now. Please try again in a moment.";
    public const string Reset = "Done: I start afresh and no longer look at what was said before. The messages above stay as they are.";
    public const string Stopped = "No answer is being written any more.";

    /// <summary>No model of the route may be told what is written here.</summary>
    public const string NoModelAllowed = "What is written here may not leave the house, and no model that runs there is set up for this. Please tell the operator.";

    public const string CostLimit = "What may be spent on answers today is used up. Please come back tomorrow.";

    /// <summary>Before an answer: the model that was chosen is no longer to be had.</summary>
    public static string ChoiceGone(string name) => $"(The model `{Code(name)}` can no longer be chosen here; the usual one answers again.)\n\n";

    public const string SwitchingIsOff = "Another model cannot be chosen here.";
    public const string HowToSwitch = "Write `/model NAME` to choose one for this conversation, `/model default` for the usual one.";
    public const string OthersDecide = "In this group only its administrators choose the model.";
    public const string InHouse = "runs in the house";
    public const string OutOfHouse = "runs elsewhere";
    public const string PartlyInHouse = "may run elsewhere";
    public const string LeftAlone = "fails at present";
    public const string AnswersNow = "answers now";

    public static string Context(int tokens) => $"context {tokens:N0} tokens";

    public static string Answers(string name, string description) => $"`{name}` answers: {description}.";

    public static string Chosen(string name, string description) => $"From now on `{name}` answers in this conversation: {description}.";

    public static string NoSuchChoice(string name, IEnumerable<string> names) =>
        $"There is no model `{Code(name)}` to choose here. You can choose {string.Join(", ", names.Select(n => $"`{n}`"))}.";

    /// <summary>What people wrote, within a code span and no longer than a name.</summary>
    private static string Code(string text) => new([.. text.Where(c => c != '`' && !char.IsControl(c)).Take(64)]);

    private static string Named(IReadOnlyList<string> categories) => categories.Count == 0 ? "" : $" ({string.Join(", ", categories).Replace('_', ' ')})";
}
