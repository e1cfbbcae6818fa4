namespace BotHub.FakeTelegram;

/// <summary>A message as people see it now. Live: it changes with edits, and <see cref="IsDeleted"/> says when it is gone.</summary>
public sealed class FakeMessage
{
    private readonly List<string> _versions = [];
    private Dictionary<long, IReadOnlyList<string>>? _reactions;

    internal FakeMessage(FakeChat chat, FakeUser? from, DateTimeOffset date, long key) =>
        (Chat, From, Date, Key) = (chat, from, date, key);

    public FakeChat Chat { get; }

    /// <summary>Null for posts of a channel.</summary>
    public FakeUser? From { get; }

    public DateTimeOffset Date { get; }

    /// <summary>Unique in the whole server, unlike <see cref="Id"/>.</summary>
    public long Key { get; }

    /// <summary>The id bots use. In basic groups each bot counts for itself: this is the first bot's, see <see cref="IdFor"/>.</summary>
    public int Id { get; internal set; }

    /// <summary>The text or the caption; for rich messages their source.</summary>
    public string Text { get; private set; } = "";

    public IReadOnlyList<FakeEntity> Entities { get; private set; } = [];

    /// <summary>The rich message, or null for an ordinary one.</summary>
    public FakeRichMessage? Rich { get; private set; }

    public bool IsRich => Rich is not null;
    public FakeFile? File { get; internal init; }
    public FakeMessage? ReplyTo { get; internal init; }
    public FakeQuote? Quote { get; internal init; }
    public FakeTopic? Topic { get; internal init; }
    public FakeMessage? ForwardOf { get; internal init; }

    /// <summary>What happened, for service messages: <c>new_chat_members</c>, <c>migrate_to_chat_id</c>…</summary>
    public FakeService? Service { get; internal init; }

    public FakeMarkup? Markup { get; internal set; }
    public IReadOnlyList<IReadOnlyList<FakeButton>> Buttons => Markup?.Rows ?? [];
    public bool LinkPreviewDisabled { get; internal set; }
    public bool IsSilent { get; internal init; }
    public bool FromBot => From is { IsBot: true };

    /// <summary>How often it was changed after it appeared.</summary>
    public int Edits { get; private set; }

    public DateTimeOffset? EditDate { get; internal set; }
    public bool IsDeleted { get; internal set; }

    /// <summary>Every text it has had, the first one first; at most the last 1,000.</summary>
    public IReadOnlyList<string> Versions => Chat.Server.Read(() => _versions.ToArray());

    /// <summary>Emoji by the id of who reacted.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<string>> Reactions => Chat.Server.Read(() => new Dictionary<long, IReadOnlyList<string>>(_reactions ?? []));

    internal Dictionary<FakeBot, int>? Ids { get; set; }
    internal string LinkPreviewJson { get; set; } = "";

    /// <summary>The id under which <paramref name="bot"/> knows it; 0 when the bot never saw it.</summary>
    public int IdFor(FakeBot bot) => Ids is null ? Id : Ids.GetValueOrDefault(bot);

    public override string ToString() => $"{From?.FirstName ?? "channel"}: {Text}";

    internal void Show(FormattedText text, FakeRichMessage? rich, bool isEdit)
    {
        (Text, Entities, Rich) = (text.Text, text.Entities, rich);
        if (_versions.Count >= 1_000) _versions.RemoveAt(0);
        _versions.Add(text.Text);
        if (isEdit) Edits++;
    }

    internal IReadOnlyList<string> React(long user, IReadOnlyList<string> emoji)
    {
        _reactions ??= [];
        var old = _reactions.GetValueOrDefault(user) ?? [];
        if (emoji.Count == 0) _reactions.Remove(user);
        else _reactions[user] = emoji;
        return old;
    }
}

/// <summary>The quoted part of the message replied to; position in UTF-16 units.</summary>
public sealed record FakeQuote(string Text, int Position);

public sealed record FakeTopic(int Id, string Name);

/// <summary>A service message; <paramref name="Json"/> is the value of the field <paramref name="Field"/>.</summary>
public sealed record FakeService(string Field, string Json);

public sealed record FakeButton(string Text, string? CallbackData, string? Url);

/// <summary>An inline keyboard, or another markup of which only the JSON is kept.</summary>
public sealed record FakeMarkup(string Json, IReadOnlyList<IReadOnlyList<FakeButton>> Rows)
{
    public bool IsInline => Rows.Count > 0;
}

public enum FakeFileKind { Photo, Voice, Document, Audio, Video }

/// <summary>A stored file. <paramref name="Size"/> may be larger than what is kept, to play a file over the download limit.</summary>
public sealed record FakeFile(string Id, FakeFileKind Kind, string Name, string MimeType, byte[] Bytes, long Size)
{
    public string UniqueId => "u" + Id[^12..];
    public string Path { get; init; } = "";
}

/// <summary>What a bot streams into a private chat; see <see cref="FakeChat.Draft"/>.</summary>
public sealed record FakeDraft(long Id, string Text, IReadOnlyList<FakeEntity> Entities, FakeRichMessage? Rich, int? ThreadId, bool CanStop, bool KeepOnStop, DateTimeOffset ExpiresAt)
{
    public bool IsStopped { get; init; }

    /// <summary>Empty text shows as a "Thinking…" placeholder.</summary>
    public bool IsThinking => Text.Length == 0;
}

/// <summary>One frame of a draft as it arrived.</summary>
public sealed record FakeDraftFrame(DateTimeOffset At, long DraftId, string Text, bool IsRich);

/// <summary>Where a rich message came from and what it consists of.</summary>
/// <param name="Format"><c>markdown</c>, <c>html</c> or <c>blocks</c>.</param>
/// <param name="BlocksJson">The blocks as Telegram would answer them.</param>
public sealed record FakeRichMessage(string Format, string Source, string BlocksJson, RichSize Size);

/// <summary>What the limits of rich messages count.</summary>
public sealed record RichSize(int Characters, int Blocks, int Depth, int Columns);

public enum FakeMemberStatus { Creator, Administrator, Member, Left, Kicked }

public sealed record FakeMember(FakeUser User, FakeMemberStatus Status)
{
    public bool IsInside => Status is FakeMemberStatus.Creator or FakeMemberStatus.Administrator or FakeMemberStatus.Member;
    public bool IsAdministrator => Status is FakeMemberStatus.Creator or FakeMemberStatus.Administrator;
}
