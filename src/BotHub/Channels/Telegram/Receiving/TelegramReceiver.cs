using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Telegram;

/// <summary>Runs the receiving side of all bots from the moment the hub is up until it is asked to stop.</summary>
internal sealed partial class TelegramReceiver(
    TelegramBots bots, IOptions<TelegramOptions> options, TelegramClients clients, BotIntroduction introduction, WebhookKeeper webhooks, UpdateIntake intake, Notices notices,
    IPollLeases leases, NodeName node, IOptions<PipelineOptions> pipeline, TimeProvider clock, ILogger<TelegramReceiver> log) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private Task? _stopping;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var bot in options.Value.WithoutToken) Log.NoToken(log, bot);
        foreach (var bot in bots.All.Where(b => b.Options.Allow.Count == 0)) Log.NobodyAllowed(log, bot.Name);
        foreach (var bot in bots.All) bot.Health.Since = clock.GetUtcNow();
        // The first update read in a process costs hundreds of times what the others do.
        if (bots.All.Count > 0) UpdateIntake.Parse(FirstUpdate, out _);
        _running = Task.WhenAll(bots.All.Select(b => Task.Run(() => RunAsync(b, _stop.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Before the turns drain: no new updates come in, and another node may poll at once.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping ??= EndAsync(cancellationToken);

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();

    private static ReadOnlySpan<byte> FirstUpdate => """
        {"update_id":1,"message":{"message_id":1,"date":1700000000,"chat":{"id":1,"type":"private"},"from":{"id":1,"is_bot":false,"first_name":"A"},
        "text":"/help","entities":[{"type":"bot_command","offset":0,"length":5}]}}
        """u8;

    private async Task RunAsync(TelegramBot bot, CancellationToken stop)
    {
        try
        {
            await introduction.IdentifyAsync(bot, stop);
            var menu = introduction.OfferCommandsAsync(bot, stop);
            if (bot.Options.Mode == ReceiveMode.Webhook) await webhooks.RunAsync(bot, stop);
            else await new Poller(bot, clients.Poll(bot.Options, Poller.Wait), intake, notices, leases, node, pipeline.Value.Lease, clock, log).RunAsync(stop);
            await menu;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The hub stops.
        }
        catch (Exception e)
        {
            bot.Health.Problem = "a fault of the hub; see the log";
            Log.Ended(log, bot.Name, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3060, LogLevel.Warning, "Telegram bot {Bot} is OFF: it has no token. Set Channels:Telegram:{Bot}:Token to the one BotFather gave, or Enabled to false")]
        public static partial void NoToken(ILogger log, string bot);

        [LoggerMessage(3061, LogLevel.Warning, "Telegram bot {Bot} answers nobody: Channels:Telegram:{Bot}:Allow is empty. Put * there for everybody, or users' and groups' ids")]
        public static partial void NobodyAllowed(ILogger log, string bot);

        [LoggerMessage(3062, LogLevel.Error, "Telegram bot {Bot}: receiving has ended by a fault of the hub")]
        public static partial void Ended(ILogger log, string bot, Exception exception);
    }
}
