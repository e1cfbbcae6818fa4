using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Limits;

/// <summary>
/// Lets a call through when the model's limits have room for it, those of all replicas together, and tells all of them when its provider
/// wants to be left alone. Each try of a call counts, so this stands inside the retries.
/// </summary>
/// <param name="longest">The longest answer, in tokens, for which a call with these options asks.</param>
/// <param name="chance">0 to 1, below 1.</param>
internal sealed class LimitedClient(
    IChatClient inner, string model, ModelLimits limits, IModelLimits shared, Func<IReadOnlyList<ChatMessage>, ChatOptions?, int> longest,
    LimitWaits waits, TimeProvider clock, Func<double> chance) : DelegatingChatClient(inner)
{
    /// <summary>People are told of waits from here on, and then as often.</summary>
    private static readonly TimeSpan _noticed = TimeSpan.FromSeconds(3);

    /// <summary>How long a call in the queue sleeps at most: tokens that others did not need come back meanwhile.</summary>
    private static readonly TimeSpan _nap = TimeSpan.FromSeconds(1), _shortNap = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> prompt = [.. messages];
        var call = LimitedCall.New(model, limits.TokensPerMinute > 0 ? longest(prompt, options) : 0);
        var place = await EnterAsync(call, options, cancellationToken);
        await using (place)
        {
            await using var updates = base.GetStreamingResponseAsync(prompt, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(updates, place))
            {
                foreach (var usage in updates.Current.Contents.OfType<UsageContent>())
                    place.Taken = usage.Details.TotalTokenCount ?? usage.Details.InputTokenCount + usage.Details.OutputTokenCount;
                yield return updates.Current;
            }
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, HeldPlace place)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ModelCallException e) when (e.Fault == ModelFault.Busy)
        {
            // What was not taken on is not counted.
            place.Taken = 0;
            if (e.RetryAfter is { } time && time > TimeSpan.Zero) await waits.HoldBackAsync(shared, model, time);
            throw;
        }
    }

    private async Task<HeldPlace> EnterAsync(LimitedCall call, ChatOptions? options, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        var notice = new WaitNotice(options, _noticed, clock);
        if (limits.IsNone) return await PassAsync(call, notice, start, cancel);
        ModelGrant? granted = null;
        var asked = false;
        try
        {
            while (true)
            {
                var waited = clock.GetElapsedTime(start);
                if (waited > limits.Patience) throw Busy(waited, "there was no place for it");
                asked = true;
                var grant = await shared.AskAsync(call, limits, limits.Patience - waited, cancel);
                if (grant.Outcome == ModelGrantOutcome.Granted)
                {
                    waits.Passed(model, waited);
                    notice.End();
                    granted = grant;
                    return new HeldPlace(shared, call, grant, limits.Concurrency > 0, waits, clock);
                }

                if (grant.Outcome == ModelGrantOutcome.Refused) throw Busy(waited, $"it would take {grant.Wait.TotalSeconds:0.#} s more, behind {grant.Ahead} others");
                notice.Tell(waited, grant.Wait, grant.Ahead);
                await Task.Delay(Nap(grant), clock, cancel);
            }
        }
        finally
        {
            if (asked && granted is null) await waits.QuietlyAsync(() => shared.EndAsync(call, null, null, CancellationToken.None));
        }
    }

    /// <summary>Without limits the store is not asked; only what a provider told some node in the last moments is waited for.</summary>
    private async Task<HeldPlace> PassAsync(LimitedCall call, WaitNotice notice, long start, CancellationToken cancel)
    {
        while (shared.HeldBack(model) is var held && held > TimeSpan.Zero)
        {
            var waited = clock.GetElapsedTime(start);
            if (waited + held > limits.Patience) throw Busy(waited, $"its provider wants no calls for {held.TotalSeconds:0.#} s");
            notice.Tell(waited, held, 0);
            // A little later, each at another time: whoever waits for the same moment would come together.
            await Task.Delay(held * (1 + chance() / 10), clock, cancel);
        }

        if (clock.GetElapsedTime(start) is var all && all > TimeSpan.Zero) waits.Passed(model, all);
        notice.End();
        return new HeldPlace(shared, call, null, false, waits, clock);
    }

    private static TimeSpan Nap(ModelGrant grant)
    {
        // Whoever only needs a place looks again soon, those who are further behind less often.
        var nap = grant.Wait > TimeSpan.Zero ? grant.Wait : TimeSpan.FromMilliseconds(100 + 50 * grant.Ahead);
        return nap > _nap ? _nap : nap < _shortNap ? _shortNap : nap;
    }

    private ModelBusyException Busy(TimeSpan waited, string why)
    {
        waits.Refused(model, waited);
        return new ModelBusyException($"Models:{model}: a call waited {waited.TotalSeconds:0.#} s for the model's limits and gave up: {why} (LimitWait is {limits.Patience.TotalSeconds:0.#} s).");
    }
}

/// <summary>Tells people how long a call is going to wait, once it is worth a word.</summary>
internal sealed class WaitNotice(ChatOptions? options, TimeSpan every, TimeProvider clock)
{
    private long? _told;

    /// <param name="wait">How long it will take at least; zero when nobody knows.</param>
    public void Tell(TimeSpan waited, TimeSpan wait, int ahead)
    {
        if (waited + wait < every || (_told is { } at && clock.GetElapsedTime(at) < every)) return;
        _told = clock.GetTimestamp();
        if (wait > TimeSpan.Zero) Find<TimeSpan>(ModelOptions.OnWait)?.Invoke(wait);
        else Find<int>(ModelOptions.OnQueuePosition)?.Invoke(ahead + 1);
    }

    /// <summary>The call goes on.</summary>
    public void End()
    {
        if (_told is not null) Find<TimeSpan>(ModelOptions.OnWait)?.Invoke(TimeSpan.Zero);
    }

    private Action<T>? Find<T>(string key) => options?.AdditionalProperties?.TryGetValue(key, out Action<T>? tell) == true ? tell : null;
}

/// <summary>What a call holds while it runs: renewed as long as it does, given back at its end.</summary>
internal sealed class HeldPlace : IAsyncDisposable
{
    private readonly IModelLimits _shared;
    private readonly LimitedCall _call;
    private readonly ModelGrant? _grant;
    private readonly LimitWaits _waits;
    private readonly ITimer? _timer;

    /// <param name="grant">Null: nothing is counted, so nothing is given back.</param>
    /// <param name="renew">Whether a place is held, which runs out by itself.</param>
    public HeldPlace(IModelLimits shared, LimitedCall call, ModelGrant? grant, bool renew, LimitWaits waits, TimeProvider clock)
    {
        (_shared, _call, _grant, _waits) = (shared, call, grant, waits);
        if (renew) _timer = clock.CreateTimer(_ => _ = _waits.QuietlyAsync(() => _shared.RenewAsync(_call, CancellationToken.None)), null, IModelLimits.PlaceHeld / 3, IModelLimits.PlaceHeld / 3);
    }

    /// <summary>The tokens that the call took; null while unknown.</summary>
    public long? Taken { get; set; }

    public async ValueTask DisposeAsync()
    {
        // A renewal that is under way would take the place again.
        if (_timer is not null) await _timer.DisposeAsync();
        if (_grant is not null) await _waits.QuietlyAsync(() => _shared.EndAsync(_call, _grant, Taken, CancellationToken.None));
    }
}
