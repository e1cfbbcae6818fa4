using System.Globalization;
using BotHub.Core.Conversations;

namespace BotHub.Channels.Telegram;

/// <summary>One configured bot.</summary>
/// <param name="Client">Calls its Bot API server: without the library's own retries, its token kept out of logs and traces.</param>
internal sealed record TelegramBot(TelegramBotOptions Options, QuickTelegramClient Client)
{
    public string Name => Options.Name;

    public long Id => Options.Id;

    /// <summary>What the governor and the store know it by.</summary>
    public string Key { get; } = string.Create(CultureInfo.InvariantCulture, $"{TelegramChannel.ChannelId}:{Options.Id}");

    /// <summary>What people see it called, and what the model is told; the section's name until the server has been asked.</summary>
    public string Title
    {
        get => field ?? Name;
        set;
    }

    /// <summary>Without the at sign; null until the server has been asked.</summary>
    public string? Username { get; set; }

    /// <summary>Whether its private chats have topics; known once the server has been asked.</summary>
    public bool HasTopics { get; set; }

    public BotHealth Health { get; } = new();

    public override string ToString() => Options.ToString();
}

/// <summary>The configured bots.</summary>
internal sealed class TelegramBots(IReadOnlyList<TelegramBot> all)
{
    private readonly Dictionary<long, TelegramBot> _byId = all.ToDictionary(b => b.Id);
    private readonly Dictionary<string, TelegramBot> _byName = all.ToDictionary(b => b.Name, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<TelegramBot> All => all;

    /// <summary>By its name among operators.</summary>
    public TelegramBot? Find(string name) => _byName.GetValueOrDefault(name);

    public TelegramBot? Find(long id) => _byId.GetValueOrDefault(id);

    public TelegramBot? Find(ConversationId conversation) => TelegramAddress.TryParse(conversation, out var address) ? Find(address.Bot) : null;
}
