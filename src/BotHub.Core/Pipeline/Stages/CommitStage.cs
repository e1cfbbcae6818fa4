using BotHub.Core.Models;
using System.Text;
using BotHub.Core.Context;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Logging;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Writes down what people were shown, exactly that, in one fenced step, and turns whatever went wrong inside into a short honest
/// text. Only here is it decided how a turn ends.
/// </summary>
public sealed partial class CommitStage(IConversationStore store, RecentTranscripts transcripts, Usage.UsageMeter meter, TimeProvider clock, ILogger<CommitStage> log) : ITurnStage
{
    /// <summary>The finish reason of an answer that ran into its token limit, as Microsoft.Extensions.AI names it.</summary>
    private const string CutAtLength = "length";

    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        var shown = new StringBuilder();
        // The same less what was said beside it, once there is such.
        StringBuilder? said = null;
        (MessageState State, string? Code) end = (MessageState.Done, null);
        string? apology = null;
        await using (var parts = next(turn).GetAsyncEnumerator())
        {
            while (true)
            {
                try
                {
                    if (!await parts.MoveNextAsync()) break;
                }
                catch (Exception e)
                {
                    (end, apology) = Judge(turn, e, shown.Length > 0);
                    break;
                }

                if (parts.Current is ReplyText { Delta: var delta, Aside: var aside })
                {
                    if (aside) said ??= new StringBuilder(shown.ToString());
                    else said?.Append(delta);
                    shown.Append(delta);
                }

                yield return parts.Current;
            }
        }

        if (apology is null && turn.ErrorCode is { } rejected) end = (MessageState.Failed, rejected);
        else if (apology is null && (said ?? shown).Length == 0 && end.State == MessageState.Done)
        {
            Log.Empty(log, turn.Conversation, turn.Id, turn.Reference);
            (end, apology) = ((MessageState.Failed, "empty_answer"), turn.Figures.FinishReason == CutAtLength ? Texts.OnlyThought : Texts.Failed(turn.Reference));
        }

        // What is said behind a whole answer, or beside it, is no part of it: the model need not read it again.
        if (apology is null && end.State == MessageState.Done && Behind(turn) is { Length: > 0 } behind) apology = behind;
        var forModel = end.State != MessageState.Failed && (apology is not null || said is not null) ? (said ?? shown).ToString() : null;
        if (apology is not null)
        {
            shown.Append(apology);
            yield return new ReplyText(apology);
        }

        await CommitAsync(turn, shown.ToString(), forModel, end.State, end.Code);
    }

    private static string Behind(Turn turn) => (turn.Figures.FinishReason == CutAtLength ? Texts.CutShort : "") + turn.Notice;

    private ((MessageState, string?) End, string? Apology) Judge(Turn turn, Exception e, bool midway)
    {
        switch (turn.Lifetime.End)
        {
            case TurnEnd.LeaseLost or TurnEnd.ShuttingDown or TurnEnd.Revised:
                throw new TurnAbandonedException(turn.Lifetime.End);
            case TurnEnd.Stopped when e is OperationCanceledException:
                return ((MessageState.Stopped, null), null);
            case TurnEnd.TimedOut when e is OperationCanceledException:
                Log.TimedOut(log, turn.Conversation, turn.Id, turn.Reference);
                return ((MessageState.Failed, "timeout"), midway ? Texts.FailedMidway(turn.Reference) : Texts.TimedOut(turn.Reference));
        }

        // Without the store nothing can be committed either: the lease runs out and the turn is taken up again.
        if (e is StoreUnavailableException or TurnAbandonedException) throw new TurnAbandonedException(TurnEnd.LeaseLost);
        if (e is ModelBusyException)
        {
            Log.Busy(log, turn.Conversation, turn.Id, e.Message);
            return ((MessageState.Failed, "busy"), Texts.Busy);
        }

        if (e is ModelRefusedException { Verdict: var verdict })
        {
            Log.Refused(log, turn.Conversation, turn.Id, e.Message);
            // In later prompts it would be stopped again.
            (turn.Refused, turn.InContext) = (verdict, false);
            return ((MessageState.Failed, "content_filter"),
                midway ? Texts.RestRefused(verdict.Categories)
                : verdict.Side == ContentSide.Prompt ? Texts.QuestionRefused(verdict.Categories)
                : Texts.AnswerRefused(verdict.Categories));
        }

        if (e is ModelCallException { Fault: ModelFault.ContextExceeded } && !midway)
        {
            Log.TooLong(log, turn.Conversation, turn.Id, turn.Reference, e.Message);
            return ((MessageState.Failed, "too_long_for_model"), Texts.GrownTooLong(turn.Reference));
        }

        Log.Failed(log, turn.Conversation, turn.Id, turn.Reference, e);
        return ((MessageState.Failed, "internal"), midway ? Texts.FailedMidway(turn.Reference) : Texts.Failed(turn.Reference));
    }

    private async Task CommitAsync(Turn turn, string text, string? forModel, MessageState state, string? code)
    {
        var now = clock.GetUtcNow();
        var answer = new ChatEntry(turn.AnswerId, MessageRole.Assistant, text, now, state, turn.Id, turn.InContext && state != MessageState.Failed, forModel);
        var usage = new ReplyUsage(turn.Figures.PromptTokens, turn.Figures.CompletionTokens, (long)turn.Figures.Generation.TotalMilliseconds);
        var reply = new OutboundReply(answer, code, turn.Window is null ? null : usage);
        var used = meter.Of(turn, state);
        var commit = new TurnCommit(
            turn.Mail[0].Sequence,
            turn.Mail.Count,
            turn.Id,
            [.. turn.Questions.Select(q => new ChatEntry(q.Id, MessageRole.User, q.Text, q.At, MessageState.Done, turn.Id, turn.InContext, q.Prompt, turn.Supersedes?.Turn)), answer],
            reply,
            TurnLedger.Of(turn, state, code, now).ToStored(),
            turn.ResetWindow,
            turn.DeadLetter,
            turn.Choose,
            used);
        if (turn.Lifetime.End is TurnEnd.LeaseLost) throw new TurnAbandonedException(TurnEnd.LeaseLost);
        var result = await store.CommitAsync(turn.Lease, commit, CancellationToken.None);
        if (result.Fence == Fence.Lost) throw new TurnAbandonedException(TurnEnd.LeaseLost);
        if (result.Revised) throw new TurnAbandonedException(TurnEnd.Revised);
        meter.Committed(turn, used);
        transcripts.Append(turn.Conversation, turn.TranscriptTail, commit.Entries);
        turn.Reply = new OutboxEntry(result.OutboxSequence, reply);
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "Turn {Turn} of {Conversation} failed; the user was given reference {Reference}.")]
        public static partial void Failed(ILogger log, ConversationId conversation, string turn, string reference, Exception e);

        [LoggerMessage(1002, LogLevel.Warning, "Turn {Turn} of {Conversation} passed its deadline; reference {Reference}.")]
        public static partial void TimedOut(ILogger log, ConversationId conversation, string turn, string reference);

        [LoggerMessage(1003, LogLevel.Warning, "Turn {Turn} of {Conversation}: the model is busy: {Reason}")]
        public static partial void Busy(ILogger log, ConversationId conversation, string turn, string reason);

        [LoggerMessage(1005, LogLevel.Information, "Turn {Turn} of {Conversation}: {Reason}")]
        public static partial void Refused(ILogger log, ConversationId conversation, string turn, string reason);

        [LoggerMessage(1009, LogLevel.Error, "Turn {Turn} of {Conversation} did not fit into the model's context although it was counted as fitting: set the model's ContextTokens to what its server really has. Reference {Reference}. {Reason}")]
        public static partial void TooLong(ILogger log, ConversationId conversation, string turn, string reference, string reason);

        [LoggerMessage(1004, LogLevel.Warning, "Turn {Turn} of {Conversation}: the model gave an empty answer; reference {Reference}.")]
        public static partial void Empty(ILogger log, ConversationId conversation, string turn, string reference);
    }
}
