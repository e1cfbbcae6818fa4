using System.Collections.Concurrent;
using BotHub.Core.Models;

namespace BotHub.Core.Usage;

/// <summary>What the books say a model has cost today; read at most once a second, however many turns ask.</summary>
public sealed class BookedCosts(IBooks books, UsageSettings settings, TimeProvider clock) : IOverflowBudget
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (Task<decimal> Reading, long At)> _known = new(StringComparer.Ordinal);

    public async ValueTask<decimal> SpentTodayAsync(string model, CancellationToken cancel)
    {
        if (settings.PriceOf(model) == Price.Free) return 0;
        // Two that ask at the same moment may both read; a reading that failed is never handed out again.
        if (!_known.TryGetValue(model, out var known) || known.Reading.IsFaulted || clock.GetElapsedTime(known.At) >= Fresh)
            _known[model] = known = (ReadAsync(model), clock.GetTimestamp());
        return await known.Reading.WaitAsync(cancel);
    }

    private async Task<decimal> ReadAsync(string model)
    {
        var spent = 0L;
        foreach (var tenant in await books.ReadTenantsAsync(CancellationToken.None)) spent += (await books.ReadAsync(tenant, UsageScope.Model, model, CancellationToken.None)).Today.Nanos;
        return spent / Price.Nanos;
    }
}
