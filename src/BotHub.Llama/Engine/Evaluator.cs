using System.Diagnostics;
using BotHub.Llama.Native;
using Microsoft.Extensions.Logging;

namespace BotHub.Llama;

/// <summary>The two kinds of work: a piece of one prompt, or one token for every answer in the making.</summary>
internal sealed partial class Evaluator(ContextHandle context, DecodeBatch batch, KvCells cells, LlamaTokenizer tokenizer, EngineGauges gauges, ILogger logger)
{
    private const int FailuresUntilUnhealthy = 3;

    private int _failures;

    /// <summary>Called when a job has ended and its slot is to be freed.</summary>
    internal required Action<Job> Ended { get; init; }

    /// <summary>Evaluates the next <paramref name="rows"/> tokens of a prompt; after the last of them draws the first token.</summary>
    internal void Prefill(Job job, int rows)
    {
        var slot = job.Slot!;
        var start = Stopwatch.GetTimestamp();
        var last = job.Prompt.Length - 1;
        batch.Clear();
        for (var i = slot.Count; i < slot.Count + rows; i++) batch.Add(job.Prompt[i], i, slot.Id, logits: i == last);
        var status = batch.Decode(context);
        if (!Succeeded(status))
        {
            cells.Resync(slot);
            Fail(job, status);
            return;
        }
        slot.Append(job.Prompt.AsSpan(slot.Count, rows));
        gauges.Prefilled(rows, Stopwatch.GetTimestamp() - start);
        if (slot.Count == job.Prompt.Length) Draw(job, rows - 1);
    }

    /// <summary>One token for every job that generates.</summary>
    internal void Step(List<Job> active)
    {
        var start = Stopwatch.GetTimestamp();
        batch.Clear();
        foreach (var job in active)
            if (job.State == JobState.Generating) job.Row = batch.Add(job.NextToken, job.Slot!.Count, job.Slot.Id, logits: true);
        if (!Succeeded(batch.Decode(context)))
        {
            StepOneByOne(active);
            return;
        }
        // Backwards, because a job that ends leaves the list.
        for (var i = active.Count - 1; i >= 0; i--)
        {
            var job = active[i];
            if (job.State != JobState.Generating) continue;
            job.Slot!.Append(job.NextToken);
            Draw(job, job.Row);
        }
        gauges.Stepped(Stopwatch.GetTimestamp() - start);
    }

    /// <summary>After a failed step: whoever fails alone too has failed, the others go on.</summary>
    private void StepOneByOne(List<Job> active)
    {
        for (var i = active.Count - 1; i >= 0; i--)
        {
            var job = active[i];
            if (job.State != JobState.Generating) continue;
            var slot = job.Slot!;
            var before = slot.Count;
            cells.Resync(slot);
            var status = DecodeStatus.NoFreeCells;
            if (slot.Count == before)
            {
                batch.Clear();
                batch.Add(job.NextToken, slot.Count, slot.Id, logits: true);
                status = batch.Decode(context);
            }
            if (Succeeded(status))
            {
                slot.Append(job.NextToken);
                Draw(job, 0);
            }
            else
            {
                cells.Resync(slot);
                Fail(job, status);
            }
        }
    }

    private void Draw(Job job, int row)
    {
        try
        {
            var token = Api.llama_sampler_sample(job.Sampler!, context, row);
            if (tokenizer.EndsGeneration(token))
            {
                job.Emit(job.Reply.Finish());
                job.Reply.Remember();
                End(job, LlamaFinish.Stop);
                return;
            }
            gauges.Drawn();
            job.NextToken = token;
            job.State = JobState.Generating;
            job.Emit(job.Reply.Add(token));
            if (job.Reply.Stopped)
            {
                End(job, LlamaFinish.Stop);
            }
            else if (job.Reply.Count >= job.Request.MaxOutputTokens || job.Slot!.IsFull)
            {
                job.Emit(job.Reply.Finish());
                End(job, job.Reply.Stopped ? LlamaFinish.Stop : LlamaFinish.Length);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever is wrong with this text must not end the others'.
            job.Fail(new LlamaException(LlamaErrorKind.DecodeFailed, "The next token of this answer could not be drawn. Try again; see the log for the reason.", e));
            Log.DrawFailed(logger, e, job.Slot!.Id);
            Ended(job);
        }
    }

    private void End(Job job, LlamaFinish finish)
    {
        // The slot is free before anyone can know that the answer is complete.
        Ended(job);
        job.Complete(finish);
    }

    private void Fail(Job job, DecodeStatus status)
    {
        Log.DecodeFailed(logger, job.Slot!.Id, (int)status, job.Slot.Count);
        Ended(job);
        job.Fail(new LlamaException(LlamaErrorKind.DecodeFailed, status switch
        {
            DecodeStatus.NoFreeCells => "There was no room for this conversation's next tokens. Shorten the prompt, or raise ContextPerSlot.",
            DecodeStatus.Aborted => "The evaluation was aborted.",
            _ => $"llama.cpp could not evaluate this conversation (llama_decode gave {(int)status}). Try again; see the log for the reason.",
        }));
    }

    private bool Succeeded(DecodeStatus status)
    {
        if (status == DecodeStatus.Ok)
        {
            _failures = 0;
            gauges.Problem = null;
            return true;
        }
        if (++_failures >= FailuresUntilUnhealthy) gauges.Problem = $"llama_decode failed {_failures} times in a row, last with {(int)status}.";
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 40, EventName = "LlamaDecodeFailed", Level = LogLevel.Error, Message = "llama_decode gave {Status} for slot {Slot} at {Tokens} tokens")]
        public static partial void DecodeFailed(ILogger logger, int slot, int status, int tokens);

        [LoggerMessage(EventId = 41, EventName = "LlamaDrawFailed", Level = LogLevel.Error, Message = "Drawing a token for slot {Slot} failed")]
        public static partial void DrawFailed(ILogger logger, Exception error, int slot);
    }
}
