using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Telegram.Bot;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

internal enum Intake
{
    /// <summary>Safe, or nothing that needs to be: Telegram may forget it.</summary>
    Done,
    /// <summary>The conversation holds as many unanswered messages as it may; this one was not taken.</summary>
    Full,
}

/// <summary>
/// Takes updates in, one at a time for each chat, whichever way they came. Returns when they are durable. What nobody can read is put
/// aside and counts as done: it must not come again and again.
/// </summary>
internal sealed partial class UpdateIntake(
    Inbox inbox, IConversationStore store, IOutboundGovernor governor, IPollLeases letters, Admission admission, Notices notices, IChatMoves moves, TimeProvider clock, ILogger<UpdateIntake> log)
{
    /// <summary>How often a chat that writes is told to the governor as alive.</summary>
    private readonly Seldom _alive = new(clock, TimeSpan.FromMinutes(10));

    /// <summary>Null when nobody can read it; <paramref name="reason"/> then says why.</summary>
    public static Update? Parse(ReadOnlySpan<byte> json, out string reason)
    {
        reason = "";
        try
        {
            var update = JsonSerializer.Deserialize<Update>(json, JsonBotAPI.Options);
            if (update is { Id: > 0 }) return update;
            reason = "it has no update_id";
        }
        catch (Exception e)
        {
            // The library's converters throw what they like: out of range, wrong kind, unknown type. Messages may hold what people wrote.
            reason = e is JsonException { Path: { } path } ? $"{e.GetType().Name} at {path}" : e.GetType().Name;
        }

        return null;
    }

    /// <param name="json">As it came, for the letter if it has to be put aside.</param>
    /// <exception cref="StoreUnavailableException">Nothing is promised; Telegram must keep it.</exception>
    public async Task<Intake> TakeAsync(TelegramBot bot, Update update, ReadOnlyMemory<byte> json)
    {
        try
        {
            var meaning = UpdateReader.Read(update, bot, clock.GetUtcNow());
            return await (meaning is Understood.Said said ? SayAsync(bot, said) : ActAsync(bot, meaning));
        }
        catch (Exception e) when (e is not StoreUnavailableException)
        {
            await PutAsideAsync(bot, update.Id, e.GetType().Name, json);
            return Intake.Done;
        }
    }

    /// <exception cref="StoreUnavailableException">It is not put aside.</exception>
    public async Task PutAsideAsync(TelegramBot bot, int? update, string reason, ReadOnlyMemory<byte> json)
    {
        var id = update?.ToString(CultureInfo.InvariantCulture) ?? $"#{Convert.ToHexStringLower(SHA256.HashData(json.Span).AsSpan(0, 6))}";
        await letters.DeadLetterAsync(bot.Key, id, reason, Encoding.UTF8.GetString(json.Span[..Math.Min(json.Length, IPollLeases.DeadLetterBytes)]), CancellationToken.None);
        Log.PutAside(log, bot.Name, id, reason);
    }

    private async Task<Intake> ActAsync(TelegramBot bot, Understood meaning)
    {
        switch (meaning)
        {
            case Understood.Rated rated:
                await RateAsync(bot, rated);
                break;
            case Understood.Stop stop:
                await StopAsync(bot, stop);
                break;
            case Understood.ChatGone gone:
                await governor.MarkDeadAsync(bot.Key, Text(gone.Chat), gone.Reason, CancellationToken.None);
                Log.ChatGone(log, bot.Name, gone.Reason);
                break;
            case Understood.ChatBack back:
                await governor.ReviveAsync(bot.Key, Text(back.Chat), CancellationToken.None);
                break;
            case Understood.ChatMoved moved:
                await moves.RecordAsync(bot.Key, Text(moved.From), Text(moved.To), CancellationToken.None);
                Log.ChatMoved(log, bot.Name, moved.From, moved.To);
                break;
            case Understood.Ignored { Button: { } button }:
                notices.Answer(bot, button, TelegramTexts.OldButton);
                break;
            case Understood.Ignored ignored:
                Log.Ignored(log, bot.Name, ignored.Reason);
                break;
        }

        return Intake.Done;
    }

    private async Task<Intake> SayAsync(TelegramBot bot, Understood.Said said)
    {
        var home = await HomeAsync(bot, said.Where);
        if (!await admission.AllowsAsync(bot, said.Where.Chat, home.Chat, said.Who))
        {
            if (said.Button is { } refused) notices.Answer(bot, refused, TelegramTexts.NotForYou);
            else if (!said.Where.Group) notices.NotOpen(bot, said.Where, said.Who.Id);
            return Intake.Done;
        }

        var message = home == said.Where ? said.Message : said.Message with { Conversation = home.Conversation };
        var accepted = await inbox.AcceptAsync(message, CancellationToken.None);
        if (_alive.Due((bot.Id, said.Where.Chat))) await governor.ReviveAsync(bot.Key, said.Where.ChatKey, CancellationToken.None);
        if (said.Button is { } button)
        {
            notices.Answer(bot, button, accepted.Outcome == AcceptOutcome.Full ? TelegramTexts.Full : TelegramTexts.Again);
            return Intake.Done;
        }

        return accepted.Outcome == AcceptOutcome.Full ? Intake.Full : Intake.Done;
    }

    private async Task RateAsync(TelegramBot bot, Understood.Rated rated)
    {
        var known = false;
        var home = await HomeAsync(bot, rated.Where);
        if (await admission.AllowsAsync(bot, rated.Where.Chat, home.Chat, rated.Who))
        {
            var turn = rated.Answer.Turn;
            if (rated.Answer.PlatformId is not null)
                turn = await store.FindAnswerAsync(home.Conversation, rated.Answer, CancellationToken.None) is { Answer: true } answer ? answer.Turn : null;
            known = turn is not null && await store.RecordFeedbackAsync(home.Conversation, turn, Text(rated.Who.Id), rated.Opinion, CancellationToken.None);
        }

        if (rated.Button is { } button) notices.Answer(bot, button, known ? TelegramTexts.Thanks : TelegramTexts.FeedbackTooOld);
    }

    private async Task StopAsync(TelegramBot bot, Understood.Stop stop)
    {
        var home = await HomeAsync(bot, stop.Where);
        var stopped = (stop.Who is not { } who || await admission.AllowsAsync(bot, stop.Where.Chat, home.Chat, who)) && await inbox.StopAsync(home.Conversation, CancellationToken.None);
        if (stop.Button is { } button) notices.Answer(bot, button, stopped ? TelegramTexts.Stopping : TelegramTexts.NothingToStop);
    }

    /// <summary>The conversation of a group that was given a new id goes on under the first one.</summary>
    private async ValueTask<TelegramAddress> HomeAsync(TelegramBot bot, TelegramAddress where)
    {
        if (!where.Group) return where;
        var move = await moves.FindAsync(bot.Key, where.ChatKey, CancellationToken.None);
        return move.Origin == where.ChatKey ? where : where with { Chat = long.Parse(move.Origin, CultureInfo.InvariantCulture) };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Warning, "Telegram bot {Bot}: update {Update} could not be read and was put aside as a dead letter ({Reason})")]
        public static partial void PutAside(ILogger log, string bot, string update, string reason);

        [LoggerMessage(3011, LogLevel.Information, "Telegram bot {Bot}: a chat can no longer be reached: {Reason}")]
        public static partial void ChatGone(ILogger log, string bot, string reason);

        [LoggerMessage(3013, LogLevel.Information, "Telegram bot {Bot}: the group {From} became the supergroup {To}")]
        public static partial void ChatMoved(ILogger log, string bot, long from, long to);

        [LoggerMessage(3012, LogLevel.Debug, "Telegram bot {Bot}: ignored {Reason}")]
        public static partial void Ignored(ILogger log, string bot, string reason);
    }
}
