using System.Collections.Concurrent;

namespace BotHub.Channels.Telegram;

/// <summary>
/// What a Bot API server turned out not to know. Believed until the hub starts anew; only for answers that say so, never for a 429:
/// a server that is asked too often still knows the method.
/// </summary>
internal sealed class ServerAbilities
{
    private volatile bool _noDrafts, _noEmptyDrafts, _noRich;

    public bool Drafts
    {
        get => !_noDrafts;
        set => _noDrafts = !value;
    }

    /// <summary>A draft without text, which people see as "Thinking…"; from Bot API 10.0 on.</summary>
    public bool EmptyDrafts
    {
        get => !_noDrafts && !_noEmptyDrafts;
        set => _noEmptyDrafts = !value;
    }

    public bool Rich
    {
        get => !_noRich;
        set => _noRich = !value;
    }
}

/// <summary>The abilities of each server in use; bots on the same server share them.</summary>
internal sealed class KnownServers
{
    private readonly ConcurrentDictionary<string, ServerAbilities> _servers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, ServerAbilities> _byBot = new();

    public ServerAbilities Of(TelegramBot bot) =>
        _byBot.TryGetValue(bot.Id, out var known) ? known : _byBot.GetOrAdd(bot.Id, _servers.GetOrAdd(bot.Options.ApiUrl?.Authority ?? "", static _ => new()));
}
