using System.Collections.Concurrent;

namespace BotHub.Storage;

/// <summary>
/// Bots of which the store lately knew neither a penalty nor a dead chat: their calls without limits need not ask it. Penalties and
/// deaths that this node tells the store count here at once; those that others tell, within <see cref="Believed"/>.
/// </summary>
internal sealed class QuietBots(TimeProvider clock)
{
    /// <summary>How long the store's word is believed, from before it was asked.</summary>
    public static readonly TimeSpan Believed = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, View> _bots = new(StringComparer.Ordinal);

    public bool IsQuiet(string bot) => _bots.TryGetValue(bot, out var view) && view.Since is { } since && clock.GetElapsedTime(since) < Believed;

    /// <summary>To be called before the store is asked.</summary>
    public Look Begin(string bot) => new(clock.GetTimestamp(), _bots.GetValueOrDefault(bot).Disturbances);

    /// <summary>The store knew of nothing. Void where this node disturbed the bot since the look began.</summary>
    public void Learn(string bot, Look look) => _bots.AddOrUpdate(
        bot,
        static (_, look) => look.Disturbances == 0 ? new View(look.At, 0) : default,
        static (_, view, look) => view.Disturbances == look.Disturbances ? view with { Since = look.At } : view,
        look);

    public void Disturb(string bot) => _bots.AddOrUpdate(
        bot, static _ => new View(null, 1), static (_, view) => new View(null, view.Disturbances + 1));

    public readonly record struct Look(long At, long Disturbances);

    /// <param name="Since">The time stamp of the look that found nothing, or null.</param>
    private readonly record struct View(long? Since, long Disturbances);
}
