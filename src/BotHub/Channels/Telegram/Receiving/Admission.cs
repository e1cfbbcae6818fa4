using System.Collections.Concurrent;
using System.Globalization;
using Telegram.Bot;

namespace BotHub.Channels.Telegram;

/// <summary>Who may talk with a bot. Nobody who is not on its list.</summary>
internal sealed partial class Admission(TimeProvider clock, ILogger<Admission> log)
{
    /// <summary>How long a group's administrators are remembered, and how long it takes to ask again where Telegram did not tell them.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10), AskAgain = TimeSpan.FromMinutes(1);

    private const int MostGroups = 5000;

    private readonly ConcurrentDictionary<TelegramBot, AllowList> _lists = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<(long Bot, long Chat), Administrators> _administrators = new();

    /// <param name="before">The id that the chat began with: the list may still know it by that.</param>
    public ValueTask<bool> AllowsAsync(TelegramBot bot, long chat, long before, Speaker who)
    {
        var list = _lists.GetOrAdd(bot, static b => AllowList.Of(b.Options.Allow));
        if (list.Everybody || list.Ids.Contains(who.Id) || list.Ids.Contains(chat) || list.Ids.Contains(before) || (who.Username is { } name && list.Names.Contains(name))) return new(true);
        if (!list.Administrators || chat > 0) return new(false);
        return IsAdministratorAsync(bot, chat, who.Id);
    }

    /// <param name="chat">A group, by the id that Telegram takes calls for.</param>
    public async ValueTask<bool> IsAdministratorAsync(TelegramBot bot, long chat, long user)
    {
        // Whoever speaks in the group's own name is one of them.
        if (user == chat) return true;
        var key = (bot.Id, chat);
        var known = _administrators.GetValueOrDefault(key);
        if (known is null || clock.GetElapsedTime(known.At) >= known.For)
        {
            known = await AskAsync(bot, chat, known);
            if (_administrators.Count >= MostGroups) _administrators.Clear();
            _administrators[key] = known;
        }

        return known.Users.Contains(user);
    }

    private async Task<Administrators> AskAsync(TelegramBot bot, long chat, Administrators? before)
    {
        try
        {
            var members = await bot.Client.GetChatAdministrators(chat);
            return new Administrators([.. members.Select(m => m.User.Id)], clock.GetTimestamp(), Remembered);
        }
        catch (Exception e) when (Trouble.Of(e) is { } trouble)
        {
            Log.NotTold(log, bot.Name, trouble.Problem);
            return new Administrators(before?.Users ?? [], clock.GetTimestamp(), AskAgain);
        }
    }

    private sealed record Administrators(HashSet<long> Users, long At, TimeSpan For);

    /// <param name="Ids">Of users and groups: they never meet, as groups' are negative.</param>
    private sealed record AllowList(bool Everybody, bool Administrators, HashSet<long> Ids, HashSet<string> Names)
    {
        public static AllowList Of(IReadOnlyList<string> entries) => new(
            entries.Contains("*"),
            entries.Contains("admins"),
            [.. entries.Select(e => long.TryParse(e, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id != 0)],
            new HashSet<string>(entries.Where(e => e.StartsWith('@')).Select(e => e[1..]), StringComparer.OrdinalIgnoreCase));
    }

    private static partial class Log
    {
        [LoggerMessage(3020, LogLevel.Warning, "Telegram bot {Bot}: a group's administrators are not known, so nobody counts as one: {Problem}")]
        public static partial void NotTold(ILogger log, string bot, string problem);
    }
}
