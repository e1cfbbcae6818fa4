using System.Diagnostics;
using BotHub.Core.Conversations;
using Microsoft.Extensions.Options;

namespace BotHub.Storage;

/// <summary>
/// Brings the store up before any other service starts and takes it down after the last has stopped: it acts in
/// <c>StartingAsync</c> and <c>StoppedAsync</c>, everyone else in <c>StartAsync</c> and <c>StopAsync</c>.
/// </summary>
internal sealed partial class StoreHost(
    IStoreServer server, StoreConnection connection, StoreCheck check, StaleLeases leases, IOptions<StorageOptions> options, ILogger<StoreHost> logger) : IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private Task? _closing;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // Recovery takes the time it takes; what is bounded is the waiting for an answer.
        var address = await server.StartAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.StartTimeout);
        await connection.OpenAsync(address);
        var reason = "";
        while (true)
        {
            try
            {
                await check.RunAsync(limit.Token);
                if (server.IsExclusive) await leases.EndAllAsync(limit.Token);
                Log.Ready(logger, server.Kind, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                return;
            }
            catch (StoreUnavailableException e)
            {
                reason = e.Message;
                Log.Waiting(logger, reason);
                await Task.Delay(RetryAfter, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new StoreStartException(
                    $"The store did not answer within Storage:StartTimeout ({options.Value.StartTimeout:c}): check that the server of ConnectionStrings:{StorageOptions.ConnectionName} runs and that address and password are right. {reason}");
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Once, however many ask: a host can be told to stop from two sides at the same time.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _closing ??= CloseAsync();
    }

    private async Task CloseAsync()
    {
        await connection.DisposeAsync();
        await server.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The {Kind} store is ready after {Milliseconds} ms")]
        public static partial void Ready(ILogger logger, string kind, long milliseconds);

        [LoggerMessage(2, LogLevel.Warning, "The store is not there yet: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
