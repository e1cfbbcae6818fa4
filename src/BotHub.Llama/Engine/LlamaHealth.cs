using System.Diagnostics;

namespace BotHub.Llama;

/// <summary>How an engine is doing, at one moment.</summary>
/// <param name="Healthy">False when the engine no longer takes requests, or nothing that it computed lately worked.</param>
/// <param name="Problem">Why it is not healthy.</param>
/// <param name="Slots">Conversations that can be computed at the same time.</param>
/// <param name="ContextPerSlot">Tokens that a slot holds.</param>
/// <param name="Active">Requests that have a slot.</param>
/// <param name="Waiting">Requests that wait for one.</param>
/// <param name="TokensPerSecond">Tokens generated per second, all answers together, over about the last second; 0 when idle.</param>
/// <param name="LastStep">How long the last evaluation took.</param>
/// <param name="LastStepAge">How long ago that was; large while requests are active means that the engine hangs.</param>
/// <param name="GeneratedTokens">Tokens generated since start.</param>
/// <param name="EvaluatedPromptTokens">Prompt tokens computed since start.</param>
/// <param name="CachedPromptTokens">Prompt tokens that did not have to be computed, since start.</param>
/// <param name="Snapshots">Conversations kept in host memory.</param>
/// <param name="SnapshotBytes">Host memory that they take.</param>
public sealed record LlamaHealth(
    bool Healthy,
    string? Problem,
    int Slots,
    int ContextPerSlot,
    int Active,
    int Waiting,
    double TokensPerSecond,
    TimeSpan LastStep,
    TimeSpan LastStepAge,
    long GeneratedTokens,
    long EvaluatedPromptTokens,
    long CachedPromptTokens,
    int Snapshots,
    long SnapshotBytes);

/// <summary>The figures behind <see cref="LlamaHealth"/>: written by the engine's thread, read by anyone.</summary>
internal sealed class EngineGauges
{
    private long _windowStart = Stopwatch.GetTimestamp();
    private long _windowTokens;
    private double _tokensPerSecond;
    private double _promptTokensPerSecond;
    private long _lastStepTicks;
    private long _lastStepEnd = Stopwatch.GetTimestamp();
    private long _generated, _evaluated, _cached;

    internal volatile string? Problem;
    internal volatile int Active, Waiting, Snapshots;
    private long _snapshotBytes;

    /// <summary>Prompt tokens evaluated per second, smoothed; 0 when unknown.</summary>
    internal double PromptTokensPerSecond => _promptTokensPerSecond;

    internal void Cached(int tokens) => Volatile.Write(ref _cached, _cached + tokens);

    internal void SnapshotState(int count, long bytes)
    {
        Snapshots = count;
        Volatile.Write(ref _snapshotBytes, bytes);
    }

    internal void Prefilled(int rows, long ticks)
    {
        Volatile.Write(ref _evaluated, _evaluated + rows);
        Step(ticks);
        var rate = rows * (double)Stopwatch.Frequency / Math.Max(1, ticks);
        _promptTokensPerSecond = _promptTokensPerSecond == 0 ? rate : 0.7 * _promptTokensPerSecond + 0.3 * rate;
    }

    /// <summary>One token was drawn; told before its reader can know of it.</summary>
    internal void Drawn()
    {
        Volatile.Write(ref _generated, _generated + 1);
        _windowTokens++;
    }

    /// <summary>A step over the generating answers is done.</summary>
    internal void Stepped(long ticks)
    {
        Step(ticks);
        var elapsed = _lastStepEnd - _windowStart;
        if (elapsed < Stopwatch.Frequency) return;
        Volatile.Write(ref _tokensPerSecond, _windowTokens * (double)Stopwatch.Frequency / elapsed);
        (_windowStart, _windowTokens) = (_lastStepEnd, 0);
    }

    /// <summary>Idle time is not part of any rate.</summary>
    internal void Resumed()
    {
        (_windowStart, _windowTokens) = (Stopwatch.GetTimestamp(), 0);
        Volatile.Write(ref _lastStepEnd, _windowStart);
    }

    internal LlamaHealth Read(int slots, int contextPerSlot) => new(
        Problem is null, Problem, slots, contextPerSlot, Active, Waiting,
        Active == 0 ? 0 : Volatile.Read(ref _tokensPerSecond),
        Stopwatch.GetElapsedTime(0, Volatile.Read(ref _lastStepTicks)),
        Stopwatch.GetElapsedTime(Volatile.Read(ref _lastStepEnd)),
        Volatile.Read(ref _generated), Volatile.Read(ref _evaluated), Volatile.Read(ref _cached),
        Snapshots, Volatile.Read(ref _snapshotBytes));

    private void Step(long ticks)
    {
        Volatile.Write(ref _lastStepTicks, ticks);
        Volatile.Write(ref _lastStepEnd, Stopwatch.GetTimestamp());
    }
}
