using Telegram.Bot;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Sees to it that Telegram calls this hub: sets the webhook at start, looks at it now and then, and sets it again where somebody changed
/// it. Every node does; they all want the same.
/// </summary>
internal sealed partial class WebhookKeeper(TimeProvider clock, ILogger<WebhookKeeper> log)
{
    /// <summary>Calls that Telegram makes at the same time, each for another chat; 100 is the most its own server takes.</summary>
    private const int Connections = 100;

    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <summary>The path under which a bot is called.</summary>
    public static string PathOf(string bot) => $"/telegram/{bot}";

    public static string AddressOf(TelegramBotOptions bot) => bot.WebhookUrl!.AbsoluteUri.TrimEnd('/') + PathOf(bot.Name);

    public async Task RunAsync(TelegramBot bot, CancellationToken stop)
    {
        var backoff = new Backoff();
        var set = false;
        while (!stop.IsCancellationRequested)
        {
            var wait = Look;
            try
            {
                // At start in any case: secret and kinds may have changed, and Telegram tells neither back.
                if (!set) await SetAsync(bot, stop);
                set = true;
                var info = await bot.Client.GetWebhookInfo(stop);
                bot.Health.Webhook = new WebhookState(info.PendingUpdateCount, info.LastErrorMessage);
                set = IsOurs(info, bot);
                if (!set)
                {
                    Log.Changed(log, bot.Name);
                    wait = TimeSpan.FromSeconds(5);
                }

                backoff.Reset();
                (bot.Health.Problem, bot.Health.TokenRefused) = (null, false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested && Trouble.Of(e) is not null)
            {
                var trouble = Trouble.Of(e)!;
                wait = backoff.Next();
                if (wait < trouble.AtLeast) wait = trouble.AtLeast;
                (bot.Health.Problem, bot.Health.TokenRefused) = (trouble.Problem, trouble.TokenRefused);
                if (trouble.TokenRefused) Log.TokenRefused(log, bot.Name, trouble.Problem, wait.TotalSeconds);
                else Log.Troubled(log, bot.Name, trouble.Problem, wait.TotalSeconds);
            }

            await Task.Delay(wait, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsOurs(WebhookInfo info, TelegramBot bot) => info.Url == AddressOf(bot.Options);

    private async Task SetAsync(TelegramBot bot, CancellationToken cancel)
    {
        await bot.Client.SetWebhook(
            AddressOf(bot.Options), maxConnections: Connections, allowedUpdates: UpdateReader.KindsAsTypes, secretToken: bot.Options.WebhookSecret, cancellationToken: cancel);
        Log.Set(log, bot.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(3050, LogLevel.Information, "Telegram bot {Bot}: the webhook is set")]
        public static partial void Set(ILogger log, string bot);

        [LoggerMessage(3051, LogLevel.Warning, "Telegram bot {Bot}: somebody set another webhook, or removed this hub's; it is set again")]
        public static partial void Changed(ILogger log, string bot);

        [LoggerMessage(3052, LogLevel.Warning, "Telegram bot {Bot}: the webhook can't be looked after: {Problem}. Next try in {Seconds:0.0} s")]
        public static partial void Troubled(ILogger log, string bot, string problem, double seconds);

        [LoggerMessage(3053, LogLevel.Error, "Telegram bot {Bot}: the webhook can't be set: {Problem}. Next try in {Seconds:0} s")]
        public static partial void TokenRefused(ILogger log, string bot, string problem, double seconds);
    }
}
