using System.Text.Json;
using System.Text.Json.Serialization;

namespace BotHub.Core.Feed;

/// <summary>
/// One step of an answer as it becomes visible. Channels that stream to a client of ours (web chat) write these; the names follow
/// the AG-UI events they become.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "k")]
[JsonDerivedType(typeof(RunStarted), "rs")]
[JsonDerivedType(typeof(TextStarted), "ts")]
[JsonDerivedType(typeof(TextAdded), "ta")]
[JsonDerivedType(typeof(TextEnded), "te")]
[JsonDerivedType(typeof(RunFinished), "rf")]
[JsonDerivedType(typeof(RunFailed), "re")]
[JsonDerivedType(typeof(CustomEvent), "cu")]
[JsonDerivedType(typeof(FeedReset), "fr")]
public abstract record FeedEvent;

/// <param name="MailCount">How many messages from the mailbox's head this turn answers.</param>
public sealed record RunStarted(string Turn, int MailCount) : FeedEvent;

public sealed record TextStarted(string MessageId) : FeedEvent;

public sealed record TextAdded(string MessageId, string Delta) : FeedEvent;

public sealed record TextEnded(string MessageId, Conversations.MessageState State) : FeedEvent;

public sealed record RunFinished(string Turn) : FeedEvent;

/// <param name="Message">Meant for the user.</param>
public sealed record RunFailed(string Turn, string Message, string Code) : FeedEvent;

public sealed record CustomEvent(string Name, JsonElement Value) : FeedEvent;

/// <summary>
/// The log begins anew here. Carries the answer in progress, if one goes on across the cut.
/// </summary>
/// <param name="Void">What was shown before counts no longer (an answer is begun anew): every reader replaces it by a fresh view. Else
/// the log was only cut, and a reader who has seen all before it just goes on.</param>
public sealed record FeedReset(bool Void, string? Turn, int MailCount, string? MessageId, string? Text) : FeedEvent;

/// <summary>Events written together. Event <c>i</c> of the batch has the id <c>FirstId + i</c>.</summary>
/// <param name="PreviousId">The last id before this batch, also when the log was cut in between; 0 before the first one: a reader whose own last id differs has missed something.</param>
public sealed record FeedBatch(long FirstId, long PreviousId, IReadOnlyList<FeedEvent> Events)
{
    public long LastId => FirstId + Events.Count - 1;
}
