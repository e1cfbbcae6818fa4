namespace BotHub.FakeTelegram;

/// <summary>A bot as its owner and Telegram see it.</summary>
public sealed class FakeBot
{
    internal FakeBot(FakeTelegramServer server, FakeUser account, string token)
    {
        (Server, Account, Token) = (server, account, token);
        Updates = new(this);
    }

    public FakeUser Account { get; }
    public long Id => Account.Id;
    public string Username => Account.Username!;

    /// <summary>Calls with another token are answered 401.</summary>
    public string Token { get; private set; }

    /// <summary>On: in groups the bot hears only commands and replies to itself, unless it is an administrator.</summary>
    public bool PrivacyMode { get; set; } = true;

    /// <summary>Every update is posted to the webhook this many more times, at the same moment.</summary>
    public int ExtraDeliveries { get; set; }

    /// <summary>Updates neither confirmed by an offset nor accepted by the webhook.</summary>
    public int PendingUpdates => Server.Read(() => Updates.Count);

    /// <summary>Whether a getUpdates call is waiting now.</summary>
    public bool IsPolling => Server.Read(() => Updates.IsPolling);

    /// <summary>The webhook's address, or empty.</summary>
    public string WebhookUrl => Server.Read(() => Updates.Hook?.Url ?? "");

    /// <summary>Deliveries to the webhook so far, and those not answered with 2xx.</summary>
    public (int Sent, int Failed) Deliveries => Server.Read(() => Updates.Delivered);

    /// <summary>The chat of this bot and the person; made when it is not there yet, as by opening the bot's page.</summary>
    public FakeChat PrivateChat(FakeUser user) => Server.Write(() => Server.PrivateChat(this, user));

    /// <summary>The commands set for a scope: <c>default</c>, <c>all_private_chats</c>, <c>chat:ID</c>…; names to descriptions.</summary>
    public IReadOnlyDictionary<string, string> Commands(string scope = "default", string language = "") =>
        Server.Read(() => CommandSets.GetValueOrDefault((scope, language))?.ToDictionary(c => c.Name, c => c.Description) ?? []);

    /// <summary>Puts an update of any shape into the queue; an <c>update_id</c> is filled in where it has none.</summary>
    public void Inject(string rawUpdate) => Server.Write(() => Updates.Inject(rawUpdate));

    /// <summary>Posts an update that was delivered before once more, as Telegram does when an answer got lost.</summary>
    public void Redeliver(long updateId) => Server.Write(() => Updates.Redeliver(updateId));

    /// <summary>Replaces the token, as its owner does after a leak.</summary>
    public string RevokeToken() => Server.Write(() => Token = Server.Rename(this));

    public override string ToString() => $"@{Username}";

    internal FakeTelegramServer Server { get; }
    internal UpdateStore Updates { get; }
    internal int LastMessageId { get; set; }
    internal Dictionary<(string Scope, string Language), List<(string Name, string Description)>> CommandSets { get; } = [];

    /// <summary>What a bot in a group hears: see <see cref="PrivacyMode"/>.</summary>
    internal bool Sees(FakeMessage message)
    {
        var chat = message.Chat;
        if (!chat.Has(this)) return false;
        if (message.From is { IsBot: true } author && message.Service is null) return author.Id == Id;
        if (chat.Kind is FakeChatKind.Private or FakeChatKind.Channel || message.Service is not null) return true;
        if (!PrivacyMode || chat.Member(Id) is { IsAdministrator: true }) return true;
        if (message.ReplyTo?.From?.Id == Id) return true;
        foreach (var entity in message.Entities)
        {
            var part = entity.In(message.Text);
            if (entity.Type == "bot_command" && (!part.Contains('@') || part.EndsWith("@" + Username, StringComparison.OrdinalIgnoreCase))) return true;
            if (entity.Type == "mention" && Server.Options.MentionsPassPrivacy && part.AsSpan(1).Equals(Username, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
