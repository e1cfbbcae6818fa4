using System.Collections.Concurrent;
using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// One script and one round trip for each ask, renewal and end. None of the writes waits for the disk: a crash of the store may allow
/// a minute's calls again, and the provider's next refusal corrects that. "Not now" also goes to every node by a message, so that models
/// without limits need not ask.
/// </summary>
internal sealed partial class RedisModelLimits(StoreConnection connection, TimeProvider clock, ILogger<RedisModelLimits> logger) : IModelLimits, IHostedService
{
    private readonly ConcurrentDictionary<string, (long At, TimeSpan Time)> _held = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What counts as a minute; tests have not so much time.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromMinutes(1);

    public async Task<ModelGrant> AskAsync(LimitedCall call, ModelLimits limits, TimeSpan patience, CancellationToken cancel)
    {
        var f = (RedisValue[])(await connection.RunAsync(
            ModelLimitScripts.Ask,
            [Keys.ModelLimits(call.Model)],
            [
                call.Id, call.Tokens, limits.RequestsPerMinute, limits.TokensPerMinute, limits.Concurrency, Milliseconds(Minute),
                Milliseconds(IModelLimits.PlaceHeld), Milliseconds(IModelLimits.QueueHeld), IModelLimits.QueueAtMost, Milliseconds(patience),
            ],
            cancel))!;
        return new ModelGrant((ModelGrantOutcome)(int)f[0], TimeSpan.FromMilliseconds((long)f[1]), (int)f[2], (long)f[3], (int)f[4]);
    }

    public Task RenewAsync(LimitedCall call, CancellationToken cancel) =>
        connection.RepeatAsync(ModelLimitScripts.Renew, [Keys.ModelLimits(call.Model)], [call.Id, Milliseconds(IModelLimits.PlaceHeld)], cancel);

    public Task EndAsync(LimitedCall call, ModelGrant? granted, long? tokens, CancellationToken cancel) =>
        connection.RunAsync(
            ModelLimitScripts.End,
            [Keys.ModelLimits(call.Model)],
            [call.Id, granted?.Slot ?? 0, granted is { } g && tokens is { } taken ? taken - g.Counted : 0],
            cancel);

    public async Task HoldBackAsync(string model, TimeSpan time, CancellationToken cancel)
    {
        var held = time > IModelLimits.HeldBackAtMost ? IModelLimits.HeldBackAtMost : time;
        // This node knows at once, whatever becomes of the store.
        Hold(model, held);
        await connection.RepeatAsync(ModelLimitScripts.HoldBack, [Keys.ModelLimits(model)], [Milliseconds(held)], cancel);
        await connection.CallAsync(_ => connection.Subscriber.PublishAsync(Keys.Holds, $"{Milliseconds(held)} {model}"), cancel);
    }

    public TimeSpan HeldBack(string model)
    {
        if (!_held.TryGetValue(model, out var hold)) return TimeSpan.Zero;
        var left = hold.Time - clock.GetElapsedTime(hold.At);
        if (left > TimeSpan.Zero) return left;
        _held.TryRemove(KeyValuePair.Create(model, hold));
        return TimeSpan.Zero;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var queue = await connection.CallAsync(_ => connection.Subscriber.SubscribeAsync(Keys.Holds), cancellationToken);
            queue.OnMessage(message => Hear(message.Message.ToString()));
        }
        catch (StoreUnavailableException e)
        {
            Log.Deaf(logger, e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Hear(string message)
    {
        var space = message.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !long.TryParse(message.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return;
        Hold(message[(space + 1)..], TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)IModelLimits.HeldBackAtMost.TotalMilliseconds)));
    }

    /// <summary>Never shortened.</summary>
    private void Hold(string model, TimeSpan time)
    {
        var now = clock.GetTimestamp();
        _held.AddOrUpdate(model, (now, time), (_, old) => old.Time - clock.GetElapsedTime(old.At, now) > time ? old : (now, time));
    }

    private static RedisValue Milliseconds(TimeSpan value) => (long)Math.Ceiling(Math.Max(0, value.TotalMilliseconds));

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelHoldsUnheard", Level = LogLevel.Warning, Message = "What other nodes are told by providers that are busy can't be heard on this node")]
        public static partial void Deaf(ILogger logger, Exception e);
    }
}
