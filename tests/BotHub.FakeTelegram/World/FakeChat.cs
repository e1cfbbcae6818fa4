using System.Text.Json;

namespace BotHub.FakeTelegram;

public enum FakeChatKind { Private, Group, Supergroup, Channel }

/// <summary>A chat: its state and what people see in it. What people do in it is in the other part of the class.</summary>
public sealed partial class FakeChat
{
    private readonly List<FakeMessage> _messages = [];
    private readonly Dictionary<(long Bot, int Id), FakeMessage> _byId = [];
    private readonly Dictionary<long, FakeMember> _members = [];
    private readonly List<FakeTopic> _topics = [];
    private readonly FakeBot[] _own;
    private readonly List<FakeDraftFrame> _frames = [];
    private int _lastId;

    internal FakeChat(FakeTelegramServer server, long id, FakeChatKind kind, string title, string? username, bool isForum, FakeBot? bot, FakeUser? user)
    {
        (Server, Id, Kind, Title, Username, IsForum, Bot, User) = (server, id, kind, title, username, isForum, bot, user);
        _own = bot is null ? [] : [bot];
        Json = Jsons.Bytes(WriteTo);
    }

    public FakeTelegramServer Server { get; }
    public long Id { get; }
    public FakeChatKind Kind { get; }
    public string Title { get; }
    public string? Username { get; }
    public bool IsForum { get; }

    /// <summary>The bot of a private chat.</summary>
    public FakeBot? Bot { get; }

    /// <summary>The person of a private chat.</summary>
    public FakeUser? User { get; }

    /// <summary>The name in the play API: the chat's id, or <c>bot:user</c> for private chats.</summary>
    public string Key => Kind == FakeChatKind.Private ? $"{Bot!.Id}:{User!.Id}" : $"{Id}";

    public bool IsBlocked { get; private set; }
    public FakeChat? UpgradedTo { get; private set; }
    public IReadOnlyList<FakeMember> Members => Server.Read(() => _members.Values.ToArray());
    public IReadOnlyList<FakeTopic> Topics => Server.Read(() => _topics.ToArray());

    /// <summary>What is shown now, in order; deleted messages are gone.</summary>
    public IReadOnlyList<FakeMessage> Messages => Server.Read(() => _messages.ToArray());

    public IReadOnlyList<FakeMessage> BotMessages => Server.Read(() => _messages.Where(m => m.FromBot && m.Service is null).ToArray());
    public FakeMessage? LastBotMessage => Server.Read(() => _messages.FindLast(m => m.FromBot && m.Service is null));

    /// <summary>The texts of what bots wrote and is shown now.</summary>
    public IReadOnlyList<string> BotTexts => Server.Read(() => _messages.Where(m => m.FromBot && m.Service is null).Select(m => m.Text).ToArray());

    /// <summary>Everything shown, one line a message, to read in a failed test.</summary>
    public string Transcript => Server.Read(() => string.Join('\n', _messages.Select(m => m.ToString())));

    /// <summary>The draft shown now; drafts go 30 s after their last frame, or when the bot sends a message.</summary>
    public FakeDraft? Draft => Server.Read(() => CurrentDraft);

    /// <summary>Every frame of every draft, at most the last 10,000.</summary>
    public IReadOnlyList<FakeDraftFrame> DraftFrames => Server.Read(() => _frames.ToArray());

    /// <summary>Frames that came after the person had stopped that draft; they are not shown.</summary>
    public int FramesAfterStop { get; private set; }

    /// <summary>Whether "typing…" is shown: 5 s, or until the bot's next message.</summary>
    public bool IsTyping => Server.Read(() => TypingUntil > Server.Time.GetUtcNow());

    public override string ToString() => $"{Kind} {Title} ({Key})";

    internal byte[] Json { get; }
    private DateTimeOffset TypingUntil { get; set; }
    internal FakeDraft? DraftState { get; private set; }
    internal FakeDraft? CurrentDraft => DraftState is { } draft && draft.ExpiresAt > Server.Time.GetUtcNow() ? draft : null;
    internal string TypeName => Kind switch { FakeChatKind.Private => "private", FakeChatKind.Group => "group", FakeChatKind.Supergroup => "supergroup", _ => "channel" };
    private ITimer? Expiry { get; set; }
    private bool SharesIds => Kind is FakeChatKind.Supergroup or FakeChatKind.Channel;

    internal FakeMessage? Find(FakeBot bot, long id) => _byId.GetValueOrDefault((SharesIds ? 0 : bot.Id, (int)id));

    internal FakeMessage? ByKey(long key) => _messages.Find(m => m.Key == key);

    internal FakeTopic? Topic(long id) => _topics.Find(t => t.Id == id);

    internal FakeMember? Member(long id) => _members.GetValueOrDefault(id);

    internal bool Has(FakeBot bot) => Kind == FakeChatKind.Private ? bot == Bot : _members.TryGetValue(bot.Id, out var member) && member.IsInside;

    internal IEnumerable<FakeBot> Bots => Kind == FakeChatKind.Private
        ? _own
        : _members.Values.Where(m => m.User.IsBot && m.IsInside).Select(m => Server.BotOf(m.User.Id)!);

    /// <summary>Numbers the message for those who see it and shows it.</summary>
    internal void Add(FakeMessage message, IReadOnlyList<FakeBot> seenBy)
    {
        if (SharesIds)
        {
            message.Id = ++_lastId;
            _byId[(0, message.Id)] = message;
        }
        else
        {
            if (Kind == FakeChatKind.Group) message.Ids = [];
            foreach (var bot in seenBy)
            {
                var id = ++bot.LastMessageId;
                if (message.Id == 0) message.Id = id;
                message.Ids?.Add(bot, id);
                _byId[(bot.Id, id)] = message;
            }
        }

        _messages.Add(message);
        if (_messages.Count > Server.Options.KeptMessages) Trim();
        if (message.FromBot)
        {
            DraftState = null;
            TypingUntil = default;
        }
    }

    /// <summary>Forgets the oldest tenth at once: one by one would move the whole list every time.</summary>
    private void Trim()
    {
        var count = Math.Max(1, Server.Options.KeptMessages / 10);
        for (var i = 0; i < count; i++) Forget(_messages[i]);
        _messages.RemoveRange(0, count);
    }

    internal void Remove(FakeMessage message)
    {
        _messages.Remove(message);
        Forget(message);
    }

    private void Forget(FakeMessage message)
    {
        message.IsDeleted = true;
        if (message.Ids is null) _byId.Remove((SharesIds ? 0 : Bot!.Id, message.Id));
        else foreach (var (bot, id) in message.Ids) _byId.Remove((bot.Id, id));
    }

    internal void Stream(FakeDraft draft)
    {
        if (_frames.Count >= 10_000) _frames.RemoveRange(0, 1_000);
        _frames.Add(new(Server.Time.GetUtcNow(), draft.Id, draft.Text, draft.Rich is not null));
        if (StoppedDraft == draft.Id)
        {
            FramesAfterStop++;
            return;
        }

        StoppedDraft = 0;
        DraftState = draft;
        Remind();
    }

    private long StoppedDraft { get; set; }

    /// <summary>Shows the bot's action for a while; a time in the past ends it.</summary>
    internal void Type(DateTimeOffset until)
    {
        TypingUntil = until;
        Remind();
    }

    /// <summary>Tells those who wait when a draft or "typing…" ends by itself.</summary>
    private void Remind()
    {
        var now = Server.Time.GetUtcNow();
        var ends = DateTimeOffset.MaxValue;
        if (TypingUntil > now) ends = TypingUntil;
        if (DraftState is { } draft && draft.ExpiresAt > now && draft.ExpiresAt < ends) ends = draft.ExpiresAt;
        if (ends == DateTimeOffset.MaxValue) return;
        if (Expiry is null) Expiry = Server.Time.CreateTimer(static chat => ((FakeChat)chat!).Elapsed(), this, ends - now, Timeout.InfiniteTimeSpan);
        else Expiry.Change(ends - now, Timeout.InfiniteTimeSpan);
    }

    private void Elapsed() => Server.Write(Remind);

    internal void StopTimer() => Expiry?.Dispose();

    private void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteFields(json);
        json.WriteEndObject();
    }

    internal void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("id", Id);
        json.WriteString("type", TypeName);
        if (User is { } user)
        {
            json.WriteString("first_name", user.FirstName);
            if (user.LastName is not null) json.WriteString("last_name", user.LastName);
            if (user.Username is not null) json.WriteString("username", user.Username);
        }
        else
        {
            json.WriteString("title", Title);
            if (Username is not null) json.WriteString("username", Username);
            if (IsForum) json.WriteBoolean("is_forum", true);
        }
    }
}
