using BotHub.Core.Conversations;

namespace BotHub.Operations;

/// <summary>What was last seen of the store.</summary>
/// <param name="Status">Null when the store did not answer.</param>
/// <param name="Problem">Why not, in words for anybody: no addresses, no inner details.</param>
internal sealed record StoreReading(StoreStatus? Status, string? Problem);

/// <summary>
/// Reads the store's figures at most once a second, however many ask, and never waits longer than <see cref="Patience"/>: health
/// checks and status pages must not become a load, nor hang with the store.
/// </summary>
internal sealed class StoreProbe(IConversationStore store, TimeProvider clock)
{
    /// <summary>The longest a reading takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How long a reading is handed out again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<StoreReading>? _reading;
    private long _startedAt;

    public Task<StoreReading> ReadAsync()
    {
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && clock.GetElapsedTime(_startedAt) >= Fresh))
                (_reading, _startedAt) = (ReadOnceAsync(), clock.GetTimestamp());
            return _reading;
        }
    }

    private async Task<StoreReading> ReadOnceAsync()
    {
        try
        {
            // Never the first caller's token: others wait for the same reading.
            return new StoreReading(await store.ReadStatusAsync(CancellationToken.None).WaitAsync(Patience, clock), null);
        }
        catch (TimeoutException)
        {
            return new StoreReading(null, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (StoreUnavailableException)
        {
            return new StoreReading(null, "unavailable");
        }
    }
}
