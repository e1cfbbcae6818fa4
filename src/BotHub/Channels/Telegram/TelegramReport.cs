using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Telegram;

/// <summary>Tells operators how the bots do. It asks the store once a second at most, however many ask, and waits two seconds for it.</summary>
internal sealed class TelegramReport(
    TelegramBots bots, IOptions<TelegramOptions> options, IPollLeases leases, IOutboundGovernor governor, NodeName node, TimeProvider clock)
{
    /// <summary>A poll takes half a minute, so after so long without a completed one something is stuck.</summary>
    public static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task<ChannelReport?>? _reading;
    private long _at;

    public Task<ChannelReport?> ReadAsync()
    {
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && clock.GetElapsedTime(_at) >= Fresh)) (_reading, _at) = (ReadOnceAsync(), clock.GetTimestamp());
            return _reading;
        }
    }

    private async Task<ChannelReport?> ReadOnceAsync()
    {
        var readings = await Task.WhenAll(bots.All.Select(ReadAsync));
        var problems = readings.Where(r => r.Trouble is not null).Select(r => $"{r.Report.Name}: {r.Trouble}").ToList();
        return new ChannelReport(
            problems.Count == 0 ? null : string.Join("; ", problems),
            [.. readings.Select(r => r.Report), .. options.Value.Off.Select(name => new BotReport(name, "off") { Problem = options.Value.WithoutToken.Contains(name) ? "it has no token" : null })]);
    }

    private async Task<(BotReport Report, string? Trouble)> ReadAsync(TelegramBot bot)
    {
        var report = new BotReport(bot.Name, "on") { Username = bot.Username, Mode = bot.Options.Mode == ReceiveMode.Webhook ? "webhook" : "polling", Problem = bot.Health.Problem };
        var now = clock.GetUtcNow();
        try
        {
            var (poll, outbound) = await BothAsync(bot).WaitAsync(Patience, clock);
            report = report with { DeadLetters = poll.DeadLetters, ChatsInPenalty = outbound.ChatsInPenalty };
            if (bot.Options.Mode == ReceiveMode.Webhook)
                return (report with
                {
                    LastWebhookSeconds = bot.Health.WebhookAt is > 0 and var at ? Seconds(now - new DateTimeOffset(at, TimeSpan.Zero)) : null,
                    Pending = bot.Health.Webhook?.Pending,
                    LastError = bot.Health.Webhook?.LastError,
                }, null);
            report = report with
            {
                Poller = poll.Owner is null ? "nobody" : poll.Owner == node.Value ? "here" : "elsewhere",
                LastPollSeconds = poll.Advanced is { } advanced ? Seconds(now - advanced) : null,
                Offset = poll.Offset,
            };
            return (report, TroubleOf(bot, poll.Advanced, now));
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            // The store has a check of its own.
            return (report with { Problem = "the store is away" }, null);
        }
    }

    /// <summary>A refused token has its own words in the status already.</summary>
    internal static string? TroubleOf(TelegramBot bot, DateTimeOffset? polled, DateTimeOffset now)
    {
        if (bot.Health.Since is not { } since || now - since < Stuck || bot.Health.TokenRefused) return null;
        var age = now - (polled ?? since);
        return age < Stuck ? null : $"no poll was completed for {Seconds(age):0} s{(bot.Health.Problem is { } problem ? $" ({problem})" : "")}";
    }

    private async Task<(PollStatus Poll, OutboundStatus Outbound)> BothAsync(TelegramBot bot)
    {
        var poll = leases.ReadStatusAsync(bot.Key, CancellationToken.None);
        var outbound = await governor.ReadStatusAsync(bot.Key, CancellationToken.None);
        return (await poll, outbound);
    }

    /// <summary>Never negative: the store's clock may be ahead.</summary>
    private static double Seconds(TimeSpan time) => Math.Round(Math.Max(0, time.TotalSeconds), 1);
}
