using System.Diagnostics;
using System.Threading.Channels;

namespace BotHub.Llama;

/// <summary>
/// The engine's thread, the only one that touches the context. Round by round: take in what arrived, drop what was cancelled,
/// give out slots in the order of arrival, then either read a piece of one prompt or make one token for every answer.
/// </summary>
internal sealed partial class Scheduler(
    ChannelReader<Job> inbox, ManualResetEventSlim wake, Admission admission, Evaluator evaluator, PrefillPlan plan, SnapshotStore snapshots,
    EngineGauges gauges, LlamaEngineOptions options, int vocabularySize)
{
    private const double FirstGuessRows = 128;
    private static readonly long Impatience = 2 * Stopwatch.Frequency;

    private readonly List<Job> _waiting = [];
    private readonly List<Job> _active = [];
    private readonly long _stall = (long)(options.PrefillStall.TotalSeconds * Stopwatch.Frequency);
    private long _lastStep = Stopwatch.GetTimestamp();

    /// <summary>Told when a job leaves the engine, so that the queue has room again.</summary>
    internal required Action Left { get; init; }

    /// <summary>Runs until <paramref name="stopping"/> says so.</summary>
    internal void Run(Func<bool> stopping)
    {
        while (!stopping())
        {
            wake.Reset();
            while (inbox.TryRead(out var job)) _waiting.Add(job);
            DropCancelled();
            Admit();
            Publish();
            if (_active.Count == 0)
            {
                wake.Wait();
                gauges.Resumed();
                continue;
            }
            Work();
            // The threads that carry the answers away need the core too.
            Thread.Yield();
        }
    }

    /// <summary>Ends every job with an error.</summary>
    internal void FailAll(Exception error)
    {
        while (inbox.TryRead(out var job)) _waiting.Add(job);
        foreach (var job in _waiting)
        {
            Left();
            job.Fail(error);
        }
        _waiting.Clear();
        while (_active.Count > 0)
        {
            var job = _active[^1];
            Release(job);
            job.Fail(error);
        }
        Publish();
    }

    /// <summary>Takes the job out of its slot, whose cells stay for whoever continues the conversation.</summary>
    internal void Release(Job job)
    {
        job.State = JobState.Done;
        _active.Remove(job);
        gauges.Active = _active.Count;
        admission.GiveBack(job.Slot!);
        job.Sampler?.Dispose();
        Left();
    }

    private void DropCancelled()
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var job = _waiting[i];
            if (!job.IsCancelled) continue;
            _waiting.RemoveAt(i);
            job.State = JobState.Done;
            Left();
            job.Fail(new OperationCanceledException(job.Cancellation));
        }
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            var job = _active[i];
            if (!job.IsCancelled) continue;
            Release(job);
            job.Fail(new OperationCanceledException(job.Cancellation));
        }
    }

    private void Admit()
    {
        var admitted = 0;
        for (; admitted < _waiting.Count; admitted++)
        {
            var job = _waiting[admitted];
            if (admission.TakeSlot(job) is null) break;
            job.AdmittedAt = Stopwatch.GetTimestamp();
            job.Sampler = SamplerFactory.Create(job.Request.Sampling, job.Prompt, vocabularySize);
            _active.Add(job);
            admission.FindPrefix(job, _active);
            if (job.State == JobState.Prefilling) gauges.Cached(job.Cached);
            job.TellPosition(0);
        }
        _waiting.RemoveRange(0, admitted);
        for (var i = 0; i < _waiting.Count; i++) _waiting[i].TellPosition(i + 1);

        foreach (var job in _active)
        {
            if (job.State != JobState.Holding || !Admission.PrefixArrived(job)) continue;
            admission.FindPrefix(job, _active);
            if (job.State == JobState.Prefilling) gauges.Cached(job.Cached);
        }
    }

    private void Work()
    {
        var generating = 0;
        Job? next = null;
        var now = Stopwatch.GetTimestamp();
        foreach (var job in _active)
        {
            if (job.State == JobState.Generating) generating++;
            else if (job.State == JobState.Prefilling && (next is null || IsBefore(job, next, now))) next = job;
        }

        var sinceStep = now - _lastStep;
        if (next is not null && (generating == 0 || sinceStep < _stall))
        {
            evaluator.Prefill(next, plan.Chunk(next.Remaining, generating == 0 ? options.BatchTokens : RowsWithin(_stall - sinceStep)));
            if (generating == 0) _lastStep = Stopwatch.GetTimestamp();
        }
        else if (generating > 0)
        {
            evaluator.Step(_active);
            _lastStep = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The shortest rest first, because it frees the fastest answer; but nobody waits for ever.</summary>
    private static bool IsBefore(Job a, Job b, long now)
    {
        var aOld = now - a.AdmittedAt > Impatience;
        var bOld = now - b.AdmittedAt > Impatience;
        if (aOld != bOld) return aOld;
        return aOld ? a.AdmittedAt < b.AdmittedAt : a.Remaining < b.Remaining;
    }

    /// <summary>How many prompt tokens can be read in a time, by what was measured so far.</summary>
    private int RowsWithin(long ticks)
    {
        var rate = gauges.PromptTokensPerSecond;
        var rows = rate == 0 ? FirstGuessRows : rate * ticks / Stopwatch.Frequency;
        return (int)Math.Clamp(rows, 1, options.BatchTokens);
    }

    private void Publish()
    {
        gauges.Active = _active.Count;
        gauges.Waiting = _waiting.Count;
        gauges.SnapshotState(snapshots.Count, snapshots.Bytes);
    }
}
