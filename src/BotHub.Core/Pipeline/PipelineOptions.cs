using BotHub.Core.Models;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Section <c>Pipeline</c>: how turns run on this node.</summary>
public sealed class PipelineOptions
{
    public const string Section = "Pipeline";

    /// <summary>Turns this node answers at the same time.</summary>
    public int MaxConcurrentTurns { get; set; } = 64;

    /// <summary>From claim to commit; a turn that takes longer ends with an honest error.</summary>
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a dead node's conversations wait before another node takes them over. Renewed at a third of it.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a conversation collects messages before it is answered; zero answers each message by itself.</summary>
    public TimeSpan Debounce { get; set; } = TimeSpan.Zero;

    /// <summary>The most messages of a burst answered by one turn. Only counts with <see cref="Debounce"/>.</summary>
    public int MaxBurst { get; set; } = 8;

    /// <summary>A message whose turn began this often without an end is given up, and its sender is told.</summary>
    public int MaxTries { get; set; } = 5;

    /// <summary>How often every partition is looked at for work nobody announced.</summary>
    public TimeSpan Sweep { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long running turns may finish when the host is asked to stop.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest message text, in UTF-16 units.</summary>
    public int MaxTextLength { get; set; } = 16_000;

    /// <summary>So many failures of a model in a row, within <see cref="BreakerWindow"/>, and its routes pass it over.</summary>
    public int BreakerFailures { get; set; } = 5;

    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long it is passed over before one answer tries it again.</summary>
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(30);

    internal BreakerRules Breaker => new(BreakerFailures, BreakerWindow, BreakerPause);
}

internal sealed class PipelineOptionsValidator : IValidateOptions<PipelineOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelineOptions o)
    {
        List<string> errors = [];
        Range(nameof(o.MaxConcurrentTurns), o.MaxConcurrentTurns, 1, 4096);
        Range(nameof(o.MaxBurst), o.MaxBurst, 1, 32);
        Range(nameof(o.MaxTries), o.MaxTries, 1, 1000);
        Range(nameof(o.MaxTextLength), o.MaxTextLength, 1, 1_000_000);
        Range(nameof(o.BreakerFailures), o.BreakerFailures, 1, 1000);
        Time(nameof(o.BreakerWindow), o.BreakerWindow, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Time(nameof(o.BreakerPause), o.BreakerPause, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Time(nameof(o.TurnTimeout), o.TurnTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Time(nameof(o.Lease), o.Lease, TimeSpan.FromMilliseconds(300), TimeSpan.FromMinutes(5));
        Time(nameof(o.Debounce), o.Debounce, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Time(nameof(o.Sweep), o.Sweep, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Time(nameof(o.Drain), o.Drain, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Range(string key, int value, int min, int max)
        {
            if (value < min || value > max) errors.Add($"{PipelineOptions.Section}:{key} is {value}; use {min} to {max}.");
        }

        void Time(string key, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max) errors.Add($"{PipelineOptions.Section}:{key} is {value}; use {min} to {max} (hours:minutes:seconds).");
        }
    }
}
