using System.Globalization;
using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>What people do in a chat. <c>from</c> may be left out in private chats.</summary>
public sealed partial class FakeChat
{
    /// <summary>Sends a text; commands, mentions and addresses in it are marked as Telegram does.</summary>
    /// <param name="quote">A part of the text of <paramref name="replyTo"/>.</param>
    public FakeMessage Say(string text, FakeUser? from = null, FakeMessage? replyTo = null, string? quote = null, FakeTopic? topic = null) =>
        Post(new(text, AutoEntities.Add(text, [])), from, replyTo, quote, topic);

    /// <summary>Sends a text with entities of the person's own, such as a text mention.</summary>
    public FakeMessage Say(FormattedText text, FakeUser? from = null) => Post(text, from, null, null, null);

    /// <summary>Presses Start, with the payload of a <c>t.me/bot?start=</c> link if there is one.</summary>
    public FakeMessage Start(string? payload = null) => Say(payload is null ? "/start" : $"/start {payload}");

    /// <param name="size">Bytes to claim instead of the real length, to play files over the download limit.</param>
    public FakeMessage SendFile(FakeFileKind kind, byte[] bytes, string name, string mimeType, string caption = "", FakeUser? from = null, long? size = null, FakeMessage? replyTo = null) =>
        Post(new(caption, AutoEntities.Add(caption, [])), from, replyTo, null, null, Server.Write(() => Server.Store(kind, bytes, name, mimeType, size)));

    /// <summary>Forwards a message of any chat into this one.</summary>
    public FakeMessage Forward(FakeMessage message, FakeUser? from = null) =>
        Post(new(message.Text, message.Entities), from, null, null, null, message.File, message);

    /// <summary>Changes what a person wrote.</summary>
    public void Edit(FakeMessage message, string text) => Server.Write(() =>
    {
        message.Show(new(text, AutoEntities.Add(text, [])), null, isEdit: true);
        message.EditDate = Server.Time.GetUtcNow();
        FakeTelegramServer.Deliver(message, isEdit: true);
    });

    /// <summary>A person deletes a message: bots are not told.</summary>
    public void Delete(FakeMessage message) => Server.Write(() => Remove(message));

    /// <summary>Presses the button with this label or callback data.</summary>
    public FakePress Press(FakeMessage message, string button, FakeUser? from = null) => Server.Write(() =>
    {
        var pressed = message.Buttons.SelectMany(row => row).FirstOrDefault(b => b.Text == button || b.CallbackData == button)
            ?? throw new InvalidOperationException($"The message has no button \"{button}\".");
        var data = pressed.CallbackData ?? throw new InvalidOperationException($"The button \"{button}\" has no callback data.");
        return Server.Press(message, data, Who(from));
    });

    /// <summary>Sets the person's reactions; none takes them back. A bot hears of it as administrator, or in private, if it asked for the kind.</summary>
    public void React(FakeMessage message, FakeUser? from, params IReadOnlyList<string> emoji) => Server.Write(() => FakeTelegramServer.React(message, Who(from), emoji));

    /// <summary>Presses Stop on the current draft.</summary>
    public void Stop() => Server.Write(() =>
    {
        var draft = CurrentDraft is { CanStop: true, IsStopped: false } current ? current : throw new InvalidOperationException("No draft with a Stop button is shown.");
        StoppedDraft = draft.Id;
        // Kept drafts stay "a short time": as long as a frame would.
        DraftState = draft.KeepOnStop ? draft with { IsStopped = true } : null;
        FakeTelegramServer.DeliverStop(this, draft);
    });

    /// <summary>Blocks the bot of a private chat.</summary>
    public void Block() => SetBlocked(true);

    public void Unblock() => SetBlocked(false);

    public void Join(params IReadOnlyList<FakeUser> users) => Server.Write(() =>
    {
        foreach (var user in users) SetMember(user, FakeMemberStatus.Member, "new_chat_members");
    });

    public void Join(FakeBot bot) => Join(bot.Account);

    public void Leave(FakeUser user) => Server.Write(() => SetMember(user, FakeMemberStatus.Left, "left_chat_member"));

    public void Kick(FakeUser user) => Server.Write(() => SetMember(user, FakeMemberStatus.Kicked, "left_chat_member"));

    public void Kick(FakeBot bot) => Kick(bot.Account);

    public void Promote(FakeUser user) => Server.Write(() => SetMember(user, FakeMemberStatus.Administrator, null));

    public void Promote(FakeBot bot) => Promote(bot.Account);

    public void Demote(FakeBot bot) => Server.Write(() => SetMember(bot.Account, FakeMemberStatus.Member, null));

    /// <summary>Opens a topic; in forums, and in private chats that have topics.</summary>
    public FakeTopic AddTopic(string name) => Server.Write(() =>
    {
        // A topic's id is the id of the service message that made it.
        var id = (Kind == FakeChatKind.Private ? Bot!.LastMessageId : _lastId) + 1;
        var topic = new FakeTopic(Math.Max(id, 2), name);
        if (id < 2) _lastId = 1;
        _topics.Add(topic);
        var made = Encoding.UTF8.GetString(Jsons.Bytes(name, static (json, name) =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("icon_color", 7322096);
            json.WriteEndObject();
        }));
        Serve(null, new("forum_topic_created", made), topic);
        return topic;
    });

    /// <summary>Upgrades a basic group: writes to the old id are refused with <c>migrate_to_chat_id</c> from now on.</summary>
    public FakeChat Upgrade() => Server.Write(() =>
    {
        if (Kind != FakeChatKind.Group || UpgradedTo is not null) throw new InvalidOperationException("Only a basic group can be upgraded, and only once.");
        var next = Server.NewSupergroup(Title, isForum: false, username: null);
        foreach (var member in _members.Values) next._members[member.User.Id] = member;
        Serve(null, new("migrate_to_chat_id", next.Id.ToString(CultureInfo.InvariantCulture)), null);
        UpgradedTo = next;
        next.Serve(null, new("migrate_from_chat_id", Id.ToString(CultureInfo.InvariantCulture)), null);
        return next;
    });

    /// <summary>Waits until the condition holds for this chat, and is woken by every change.</summary>
    /// <exception cref="TimeoutException">It never held; the text shows the chat.</exception>
    public Task WaitAsync(Func<FakeChat, bool> until, TimeSpan? timeout = null, string? what = null) => Server.WaitAsync(() => until(this), timeout, what, this);

    /// <summary>Waits for a bot's message whose text contains <paramref name="part"/>, now or after an edit.</summary>
    public Task<FakeMessage> WaitForTextAsync(string part, TimeSpan? timeout = null) =>
        Server.WaitForAsync(() => _messages.FindLast(m => m.FromBot && m.Text.Contains(part, StringComparison.Ordinal)), timeout, $"a bot's text with \"{part}\"", this);

    /// <summary>Waits until bots' messages shown number at least <paramref name="count"/>.</summary>
    public async Task<IReadOnlyList<FakeMessage>> WaitForBotMessagesAsync(int count, TimeSpan? timeout = null)
    {
        await WaitAsync(c => c._messages.Count(m => m.FromBot && m.Service is null) >= count, timeout, $"{count} messages of bots").ConfigureAwait(false);
        return BotMessages;
    }

    internal void Admit(FakeUser user, FakeMemberStatus status) => _members[user.Id] = new(user, status);

    internal void SetMember(FakeUser user, FakeMemberStatus status, string? service)
    {
        if (Kind == FakeChatKind.Private) throw new InvalidOperationException("A private chat has no members to change.");
        var old = _members.GetValueOrDefault(user.Id) ?? new(user, FakeMemberStatus.Left);
        if (old.Status == status) return;
        if (service == "left_chat_member" && Kind != FakeChatKind.Channel) Serve(By(user), new(service, Encoding.UTF8.GetString(user.Json)), null);
        _members[user.Id] = new(user, status);
        Server.DeliverMember(this, old, _members[user.Id]);
        if (service == "new_chat_members" && Kind != FakeChatKind.Channel) Serve(By(user), new(service, $"[{Encoding.UTF8.GetString(user.Json)}]"), null);
    }

    private void SetBlocked(bool blocked) => Server.Write(() =>
    {
        if (Kind != FakeChatKind.Private) throw new InvalidOperationException("Only in a private chat a person can block the bot.");
        if (IsBlocked == blocked) return;
        IsBlocked = blocked;
        FakeTelegramServer.DeliverBlock(this);
    });

    /// <summary>Bots do not come and go by themselves.</summary>
    private static FakeUser? By(FakeUser user) => user.IsBot ? null : user;

    private FakeUser Who(FakeUser? from) => from ?? User ?? throw new InvalidOperationException("Say who does it: this is no private chat.");

    private void Serve(FakeUser? from, FakeService service, FakeTopic? topic)
    {
        var author = from ?? User ?? _members.Values.FirstOrDefault(m => m.Status == FakeMemberStatus.Creator)?.User ?? _members.Values.FirstOrDefault()?.User;
        var message = new FakeMessage(this, author, Server.Time.GetUtcNow(), Server.NextKey()) { Service = service, Topic = topic };
        Add(message, [.. Bots]);
        FakeTelegramServer.Deliver(message, isEdit: false);
    }

    private FakeMessage Post(FormattedText text, FakeUser? from, FakeMessage? replyTo, string? quote, FakeTopic? topic, FakeFile? file = null, FakeMessage? forwardOf = null) => Server.Write(() =>
    {
        if (UpgradedTo is not null) throw new InvalidOperationException("The group was upgraded: write to the supergroup.");
        var author = Kind == FakeChatKind.Channel ? null : Who(from);
        // Writing to a blocked bot unblocks it, as in the apps.
        if (IsBlocked) SetBlocked(false);
        if (author is not null && Kind != FakeChatKind.Private && Member(author.Id) is not { IsInside: true }) SetMember(author, FakeMemberStatus.Member, "new_chat_members");
        var at = quote is null ? -1 : replyTo?.Text.IndexOf(quote, StringComparison.Ordinal) ?? -1;
        if (quote is not null && at < 0) throw new ArgumentException("The quote is no part of the message replied to.", nameof(quote));
        var message = new FakeMessage(this, author, Server.Time.GetUtcNow(), Server.NextKey())
        {
            ReplyTo = replyTo,
            Quote = quote is null ? null : new(quote, at),
            Topic = topic ?? replyTo?.Topic,
            File = file,
            ForwardOf = forwardOf,
        };
        message.Show(text, null, isEdit: false);
        Add(message, Kind == FakeChatKind.Private ? _own : [.. Bots.Where(bot => bot.Sees(message))]);
        FakeTelegramServer.Deliver(message, isEdit: false);
        return message;
    });
}
