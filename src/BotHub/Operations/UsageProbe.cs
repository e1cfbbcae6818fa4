using BotHub.Core.Conversations;
using BotHub.Core.Usage;

namespace BotHub.Operations;

/// <summary>Adds up what all tenants used, at most once a second and never for long, as <see cref="StoreProbe"/> reads its figures.</summary>
internal sealed class UsageProbe(IBooks books, UsageSettings settings, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private Task<StatusOfUsage?>? _reading;
    private long _startedAt;

    /// <summary>Null when nothing is written down, or the store does not answer.</summary>
    public Task<StatusOfUsage?> ReadAsync()
    {
        if (!settings.Enabled) return Task.FromResult<StatusOfUsage?>(null);
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && clock.GetElapsedTime(_startedAt) >= StoreProbe.Fresh))
                (_reading, _startedAt) = (ReadOnceAsync(), clock.GetTimestamp());
            return _reading;
        }
    }

    private async Task<StatusOfUsage?> ReadOnceAsync()
    {
        try
        {
            return await AddUpAsync().WaitAsync(StoreProbe.Patience, clock);
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<StatusOfUsage?> AddUpAsync()
    {
        var (today, month) = (default(UsageSum), default(UsageSum));
        foreach (var tenant in await books.ReadTenantsAsync(CancellationToken.None))
        {
            var now = await books.ReadAsync(tenant, UsageScope.Tenant, tenant, CancellationToken.None);
            (today, month) = (today + now.Today, month + now.Month);
        }

        return new StatusOfUsage(StatusOfUse.Of(today), StatusOfUse.Of(month));
    }
}
