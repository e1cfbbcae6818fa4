using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using Telegram.Bot;
using Telegram.Bot.Exceptions;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Short words of the room's own, in the background: receiving never waits for them, and nobody misses one that is dropped. All but the
/// answers to buttons, which no limit is known for, spend the chat's budget.
/// </summary>
internal sealed partial class Notices(IOutboundGovernor governor, TimeProvider clock, ILogger<Notices> log)
{
    private readonly Seldom _notOpen = new(clock, TimeSpan.FromHours(1));
    private readonly Seldom _full = new(clock, TimeSpan.FromMinutes(1));

    /// <summary>Once an hour at most.</summary>
    public void NotOpen(TelegramBot bot, TelegramAddress where, long user)
    {
        if (_notOpen.Due((bot.Id, where.Chat))) _ = SendAsync(bot, where, TelegramTexts.NotOpen(user));
    }

    /// <summary>Once a minute at most.</summary>
    public void Full(TelegramBot bot, TelegramAddress where)
    {
        if (_full.Due((bot.Id, where.Chat))) _ = SendAsync(bot, where, TelegramTexts.Full);
    }

    /// <summary>Ends the press of a button, which otherwise looks busy for a while.</summary>
    public void Answer(TelegramBot bot, string button, string text) => _ = AnswerAsync(bot, button, text);

    private async Task AnswerAsync(TelegramBot bot, string button, string text)
    {
        try
        {
            await bot.Client.AnswerCallbackQuery(button, text);
        }
        catch (Exception e)
        {
            // A press that is older than some seconds can't be answered any more.
            Log.NotSaid(log, bot.Name, Trouble.Of(e)?.Problem ?? e.GetType().Name);
        }
    }

    private async Task SendAsync(TelegramBot bot, TelegramAddress where, string text)
    {
        var call = new OutboundCall(bot.Key, where.ChatKey, where.Group, OutboundPriority.Error);
        var limits = new OutboundLimits(bot.Options.CallsPerSecond, bot.Options.ChatCallsPerSecond, 3, bot.Options.GroupCallsPerMinute);
        try
        {
            var grant = await governor.AskAsync(call, limits, CancellationToken.None);
            if (grant is { Outcome: GrantOutcome.Wait, Reserved: true })
            {
                await Task.Delay(grant.Wait, clock);
                grant = await governor.ConfirmAsync(call, CancellationToken.None);
            }

            if (grant.Outcome == GrantOutcome.Granted) await bot.Client.SendMessage(where.Chat, text, messageThreadId: where.Topic);
        }
        catch (ApiRequestException e) when (e.Parameters?.RetryAfter is { } seconds)
        {
            await PenalizeAsync(call, seconds);
        }
        catch (Exception e)
        {
            Log.NotSaid(log, bot.Name, Trouble.Of(e)?.Problem ?? e.GetType().Name);
        }
    }

    private async Task PenalizeAsync(OutboundCall call, int seconds)
    {
        try
        {
            await governor.PenalizeAsync(call.Bot, call.Chat, TimeSpan.FromSeconds(seconds), CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The next call of the chat is refused too, and says it again.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3030, LogLevel.Information, "Telegram bot {Bot}: a notice was not sent: {Problem}")]
        public static partial void NotSaid(ILogger log, string bot, string problem);
    }
}
