using System.Security.Cryptography;

namespace BotHub.FakeTelegram;

/// <summary>
/// A Telegram of its own on the loopback interface: bots talk to it by HTTP as to the real Bot API, tests play the people.
/// One gate guards the whole world; what tests read are snapshots.
/// </summary>
public sealed partial class FakeTelegramServer : IAsyncDisposable
{
    private readonly Dictionary<long, FakeBot> _bots = [];
    private readonly Dictionary<string, FakeBot> _tokens = [];
    private readonly Dictionary<long, FakeUser> _users = [];
    private readonly Dictionary<long, FakeChat> _groups = [];
    private readonly Dictionary<(long Bot, long User), FakeChat> _privates = [];
    private readonly Dictionary<string, FakeFile> _files = [];
    private readonly Dictionary<string, FakePress> _presses = [];
    private readonly Waiters _waiters = new();
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(5) };
    private WebApplication? _app;
    private LeanFront? _lean;
    private long _lastKey;
    private int _lastBot;
    private int _lastUser;
    private int _lastGroup;

    private FakeTelegramServer(FakeTelegramOptions options)
    {
        Options = options;
        RichMessages = options.RichMessages;
        Flood = new(this, options.Limits);
        Faults = new(this);
        Calls = new(this);
        Http = new(_handler);
    }

    /// <summary>
    /// A bot has sent a new message. Raised under the gate, so it must be quick; people may write from here. Cheaper than waiting where
    /// very many chats are waited for.
    /// </summary>
    public event Action<FakeMessage>? BotSent;

    /// <summary>The address to give a bot as the root of the API.</summary>
    public Uri Url { get; private set; } = null!;

    public FakeTelegramOptions Options { get; }

    /// <summary>False: this server knows no rich messages, as one from before Bot API 10.1. May be switched at any time.</summary>
    public bool RichMessages { get; set; }

    /// <summary>Budgets, refusals, violations and bans.</summary>
    public FloodControl Flood { get; }

    /// <summary>What goes wrong on purpose.</summary>
    public FaultPlan Faults { get; }

    /// <summary>What bots called.</summary>
    public CallLog Calls { get; }

    public IReadOnlyList<FakeBot> Bots => Read(() => _bots.Values.ToArray());
    public IReadOnlyList<FakeUser> Users => Read(() => _users.Values.ToArray());
    public IReadOnlyList<FakeChat> Chats => Read(() => _privates.Values.Concat(_groups.Values).ToArray());

    internal Lock Gate { get; } = new();
    internal TimeProvider Time => Options.Time;
    internal HttpMessageInvoker Http { get; }

    /// <summary>Counts changes; the page asks for news with it.</summary>
    internal long Version { get; private set; }

    /// <summary>Starts listening on 127.0.0.1.</summary>
    public static async Task<FakeTelegramServer> StartAsync(FakeTelegramOptions? options = null, CancellationToken cancellation = default)
    {
        var server = new FakeTelegramServer(options ?? new());
        if (server.Options.Lean)
        {
            server._lean = new(server);
            server.Url = server._lean.Url;
            return server;
        }

        server._app = ApiFront.Build(server);
        await server._app.StartAsync(cancellation).ConfigureAwait(false);
        server.Url = new(server._app.Urls.First());
        return server;
    }

    public FakeBot AddBot(string username = "test_bot", string? name = null, string? token = null) => Write(() =>
    {
        var id = token is not null ? long.Parse(token.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture) : 7_000_000_000 + ++_lastBot;
        var account = new FakeUser(id, name ?? username, null, username, null, isBot: true);
        var bot = new FakeBot(this, account, token ?? NewToken(id));
        _bots.Add(id, bot);
        _tokens.Add(bot.Token, bot);
        return bot;
    });

    public FakeUser AddUser(string firstName = "Ada", string? username = null, string? lastName = null, string languageCode = "en", long? id = null) => Write(() =>
    {
        var user = new FakeUser(id ?? 100_000 + ++_lastUser, firstName, lastName, username, languageCode, isBot: false);
        _users.Add(user.Id, user);
        return user;
    });

    /// <summary>A basic group; the first person is its owner.</summary>
    public FakeChat AddGroup(string title, params IReadOnlyList<FakeUser> members) =>
        Write(() => Fill(Group(-400_000_000 - ++_lastGroup, FakeChatKind.Group, title, null, isForum: false), members));

    public FakeChat AddSupergroup(string title, bool isForum = false, string? username = null, params IReadOnlyList<FakeUser> members) =>
        Write(() => Fill(NewSupergroup(title, isForum, username), members));

    public FakeChat AddChannel(string title, string? username = null, params IReadOnlyList<FakeUser> members) =>
        Write(() => Fill(Group(-1_002_000_000_000 - ++_lastGroup, FakeChatKind.Channel, title, username, isForum: false), members));

    /// <summary>Waits until the condition holds; it is asked again after every change, under the gate, so it must be quick.</summary>
    /// <param name="timeout">Real time, 15 s when left out.</param>
    /// <exception cref="TimeoutException">It never held.</exception>
    public Task WaitAsync(Func<bool> until, TimeSpan? timeout = null, string? what = null, FakeChat? about = null) =>
        WaitForAsync(() => until() ? this : null, timeout, what, about);

    /// <summary>Waits until <paramref name="find"/> finds something.</summary>
    /// <exception cref="TimeoutException">It never did; the text shows the chat and the last calls.</exception>
    public Task<T> WaitForAsync<T>(Func<T?> find, TimeSpan? timeout = null, string? what = null, FakeChat? about = null) where T : class
    {
        lock (Gate)
        {
            if (find() is { } found) return Task.FromResult(found);
            var wait = _waiters.Add(find);
            return Waiters.WithDeadline(wait, timeout ?? TimeSpan.FromSeconds(15), () => Read(() => Explain(what, about)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Write(() =>
        {
            foreach (var bot in _bots.Values) bot.Updates.SetHook(null);
            foreach (var chat in Chats) chat.StopTimer();
        });
        Faults.Release();
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        if (_app is not null)
        {
            await _app.StopAsync(now.Token).ConfigureAwait(false);
            await _app.DisposeAsync().ConfigureAwait(false);
        }

        if (_lean is not null) await _lean.DisposeAsync().ConfigureAwait(false);
        Http.Dispose();
    }

    internal T Read<T>(Func<T> read)
    {
        lock (Gate) return read();
    }

    internal void Write(Action change) => Write<object?>(() =>
    {
        change();
        return null;
    });

    internal T Write<T>(Func<T> change)
    {
        lock (Gate)
        {
            var result = change();
            Changed();
            return result;
        }
    }

    internal void Sent(FakeMessage message) => BotSent?.Invoke(message);

    /// <summary>Wakes those who wait. The gate is held.</summary>
    internal void Changed()
    {
        Version++;
        _waiters.Ask();
    }

    /// <summary>The version once it is another than <paramref name="seen"/>, or the same after <paramref name="patience"/>.</summary>
    internal async Task<long> NewsAsync(long seen, TimeSpan patience, CancellationToken cancellation)
    {
        Task news;
        lock (Gate)
        {
            if (Version != seen) return Version;
            news = _waiters.Add(() => Version != seen ? this : null);
        }

        await news.WaitAsync(patience, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return Version;
    }

    internal long NextKey() => ++_lastKey;

    internal FakeBot? ByToken(ReadOnlySpan<char> token) =>
        _tokens.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var bot) ? bot : null;

    internal FakeBot? BotOf(long id) => _bots.GetValueOrDefault(id);

    internal FakeUser? UserOf(long id) => _users.GetValueOrDefault(id) ?? BotOf(id)?.Account;

    internal FakeChat? GroupOf(long id) => _groups.GetValueOrDefault(id);

    internal FakeChat? GroupOf(string username) => _groups.Values.FirstOrDefault(c => username.Equals(c.Username, StringComparison.OrdinalIgnoreCase));

    internal FakeChat? PrivateOf(FakeBot bot, long user) => _privates.GetValueOrDefault((bot.Id, user));

    internal FakeChat PrivateChat(FakeBot bot, FakeUser user)
    {
        if (PrivateOf(bot, user.Id) is { } there) return there;
        return _privates[(bot.Id, user.Id)] = new(this, user.Id, FakeChatKind.Private, user.FirstName, user.Username, isForum: false, bot, user);
    }

    internal FakeChat NewSupergroup(string title, bool isForum, string? username) =>
        Group(-1_001_000_000_000 - ++_lastGroup, FakeChatKind.Supergroup, title, username, isForum);

    internal FakeFile Store(FakeFileKind kind, byte[] bytes, string name, string mimeType, long? size = null)
    {
        var id = "BQAC" + Random(20);
        var folder = kind switch { FakeFileKind.Photo => "photos", FakeFileKind.Voice => "voice", FakeFileKind.Video => "videos", FakeFileKind.Audio => "music", _ => "documents" };
        return _files[id] = new(id, kind, name, mimeType, bytes, size ?? bytes.Length) { Path = $"{folder}/file_{_files.Count}{Path.GetExtension(name)}" };
    }

    internal FakeFile? FileOf(string id) => _files.GetValueOrDefault(id);

    internal FakeFile? FileAt(string path) => _files.Values.FirstOrDefault(f => f.Path == path);

    internal string Rename(FakeBot bot)
    {
        _tokens.Remove(bot.Token);
        var token = NewToken(bot.Id);
        _tokens[token] = bot;
        return token;
    }

    internal static string Random(int length) => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", length);

    private static string NewToken(long id) => $"{id}:AA{Random(33)}";

    private FakeChat Group(long id, FakeChatKind kind, string title, string? username, bool isForum) =>
        _groups[id] = new(this, id, kind, title, username, isForum, null, null);

    private static FakeChat Fill(FakeChat chat, IReadOnlyList<FakeUser> members)
    {
        var owner = true;
        foreach (var user in members)
        {
            chat.Admit(user, owner && !user.IsBot ? FakeMemberStatus.Creator : user.IsBot && chat.Kind == FakeChatKind.Channel ? FakeMemberStatus.Administrator : FakeMemberStatus.Member);
            owner &= user.IsBot;
        }

        return chat;
    }

    private string Explain(string? what, FakeChat? about)
    {
        var calls = string.Join('\n', Calls.RecentUnderGate().TakeLast(12));
        return $"Waited in vain for {what ?? "a condition"}.\n{about}\n{about?.Transcript}\ndraft: {about?.CurrentDraft?.Text}\nlast calls:\n{calls}";
    }
}
