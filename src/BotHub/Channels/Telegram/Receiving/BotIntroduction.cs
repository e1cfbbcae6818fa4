using BotHub.Core.Pipeline;
using Telegram.Bot;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>Asks Telegram who a bot is, and tells it the bot's commands.</summary>
internal sealed partial class BotIntroduction(TimeProvider clock, ILogger<BotIntroduction> log)
{
    /// <summary>Returns once Telegram has answered: before that, nobody can tell which words in a group address the bot.</summary>
    public async Task IdentifyAsync(TelegramBot bot, CancellationToken cancel)
    {
        await TryAsync(bot, async () =>
        {
            var me = await bot.Client.GetMe(cancel);
            (bot.Username, bot.Title, bot.HasTopics) = (me.Username, me.FirstName, me.HasTopicsEnabled);
        }, cancel);
        (bot.Health.Problem, bot.Health.TokenRefused) = (null, false);
        Log.Identified(log, bot.Name, bot.Username, bot.Options.Mode);
    }

    /// <summary>The menu of commands, set only where it differs: every change makes all clients fetch it again.</summary>
    public Task OfferCommandsAsync(TelegramBot bot, CancellationToken cancel) => TryAsync(bot, async () =>
    {
        List<BotCommand> commands = [.. CommandStage.Table.Select(c => new BotCommand { Command = c.Name, Description = c.Description })];
        await OfferAsync(bot, commands, new BotCommandScopeAllPrivateChats(), cancel);
        await OfferAsync(bot, [new BotCommand { Command = Wording.Ask, Description = TelegramTexts.Ask }, .. commands], new BotCommandScopeAllGroupChats(), cancel);
    }, cancel);

    private static async Task OfferAsync(TelegramBot bot, IReadOnlyList<BotCommand> commands, BotCommandScope scope, CancellationToken cancel)
    {
        var there = await bot.Client.GetMyCommands(scope, cancellationToken: cancel);
        if (there.Select(c => (c.Command, c.Description)).SequenceEqual(commands.Select(c => (c.Command, c.Description)))) return;
        await bot.Client.SetMyCommands(commands, scope, cancellationToken: cancel);
    }

    private async Task TryAsync(TelegramBot bot, Func<Task> act, CancellationToken cancel)
    {
        var backoff = new Backoff();
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (Exception e) when (!cancel.IsCancellationRequested && Trouble.Of(e) is not null)
            {
                var trouble = Trouble.Of(e)!;
                var wait = backoff.Next();
                if (wait < trouble.AtLeast) wait = trouble.AtLeast;
                (bot.Health.Problem, bot.Health.TokenRefused) = (trouble.Problem, trouble.TokenRefused);
                if (trouble.TokenRefused) Log.TokenRefused(log, bot.Name, trouble.Problem, wait.TotalSeconds);
                else Log.Troubled(log, bot.Name, trouble.Problem, wait.TotalSeconds);
                await Task.Delay(wait, clock, cancel);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Information, "Telegram bot {Bot} is @{Username}; mode {Mode}")]
        public static partial void Identified(ILogger log, string bot, string? username, ReceiveMode mode);

        [LoggerMessage(3041, LogLevel.Warning, "Telegram bot {Bot} can't be set up yet: {Problem}. Next try in {Seconds:0.0} s")]
        public static partial void Troubled(ILogger log, string bot, string problem, double seconds);

        [LoggerMessage(3042, LogLevel.Error, "Telegram bot {Bot} can't be set up: {Problem}. Next try in {Seconds:0} s")]
        public static partial void TokenRefused(ILogger log, string bot, string problem, double seconds);
    }
}
