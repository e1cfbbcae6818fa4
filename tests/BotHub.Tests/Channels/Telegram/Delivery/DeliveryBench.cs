using System.Diagnostics.Metrics;
using BotHub.Channels.Telegram;
using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using BotHub.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Telegram.Bot;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>
/// What is needed to show answers on a fake Telegram over real HTTP, with the real governor over a real store. The lease is the test's own,
/// so that it can be lost, or given to another surface, at any point.
/// </summary>
internal sealed class DeliveryBench : IAsyncDisposable
{
    private static long _lastBot = 7_100_000_000;

    private readonly HttpClient _http;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TelegramBot _bot;
    private readonly DeliveryRoom _room;
    private readonly List<IReplySurface> _open = [];
    private HeldLease? _lease;
    private long _nextTurn;

    private DeliveryBench(FakeTelegramServer server, FakeBot bot, StoreNode store, FakeTimeProvider? clock, Func<TelegramBotOptions, TelegramBotOptions>? change)
    {
        (Server, Bot, Clock) = (server, bot, clock);
        User = server.AddUser();
        Chat = bot.PrivateChat(User);
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true);
        // No limits of the hub's own, unless a test is about them: the store's clock can't be moved.
        var options = new TelegramBotOptions { Name = "test", Token = bot.Token, ApiUrl = server.Url, CallsPerSecond = 0, ChatCallsPerSecond = 0, GroupCallsPerMinute = 0 };
        var client = new QuickTelegramClient(new TelegramBotClientOptions(bot.Token, server.Url.GetLeftPart(UriPartial.Authority)) { RetryCount = 0, RetryThreshold = 0 }, _http, _http);
        _bot = new TelegramBot(change?.Invoke(options) ?? options, client);
        Metrics = new TelegramMetrics(_services.GetRequiredService<IMeterFactory>());
        _room = new DeliveryRoom(store.Get<IOutboundGovernor>(), new KnownServers(), store.Get<IChatMoves>(), Metrics, (TimeProvider?)clock ?? TimeProvider.System);
    }

    public FakeTelegramServer Server { get; }
    public FakeBot Bot { get; }
    public FakeUser User { get; }

    /// <summary>The private chat; tests of groups set another one.</summary>
    public FakeChat Chat { get; set; }

    public FakeTopic? Topic { get; set; }

    /// <summary>Null when everything runs in real time.</summary>
    public FakeTimeProvider? Clock { get; }

    public TelegramMetrics Metrics { get; }

    public HeldLease Lease => _lease ?? throw new InvalidOperationException("Nothing is open yet.");

    public static async Task<DeliveryBench> StartAsync(StoreFixture store, FakeTimeProvider? clock, Func<TelegramBotOptions, TelegramBotOptions>? change = null, FakeTelegramOptions? fake = null)
    {
        var server = await FakeTelegramServer.StartAsync((fake ?? new FakeTelegramOptions { Limits = FloodLimits.Off }) with { Time = (TimeProvider?)clock ?? TimeProvider.System });
        // The store is shared by the class, and what it knows of a bot's chats with it.
        var bot = server.AddBot(token: $"{Interlocked.Increment(ref _lastBot)}:AAtest");
        return new DeliveryBench(server, bot, store.Node, clock, change);
    }

    /// <summary>A surface under a new lease; it knows the note of the lease before.</summary>
    public IReplySurface Open()
    {
        var address = new TelegramAddress(Bot.Id, Chat.Id, Topic?.Id);
        _lease = new HeldLease(address.Conversation, _lease?.Note);
        var log = NullLogger<TelegramReplySurface>.Instance;
        var surface = new TelegramReplySurface(new ChatLine(_bot, address, _lease, _room, log), _lease, _room, log);
        _open.Add(surface);
        return surface;
    }

    /// <summary>The next turn: of a message that was posted to the chat, or of none.</summary>
    public Turn NewTurn(FakeMessage? asked = null, IReadOnlyList<int>? supersedes = null, long? number = null)
    {
        var sequence = number ?? _nextTurn++;
        var message = new InboundMessage($"u{sequence}", Lease.Conversation, "test", new Sender("1"), asked?.Text ?? "hello", DateTimeOffset.UnixEpoch) { PlatformId = asked?.IdFor(Bot).ToString(System.Globalization.CultureInfo.InvariantCulture) };
        var claim = new Claim(Lease.Key, false, 1, -1, 0, 0, [], []);
        return new Turn(claim, [new Mail(sequence, message)], 1, 0, 0, new TurnLifetime(TimeSpan.FromHours(1), TimeProvider.System), null!, null!, DateTimeOffset.UnixEpoch)
        {
            Supersedes = supersedes is null ? null : new DeliveredAnswer("t-1", [.. supersedes.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))], Answer: true),
        };
    }

    public static OutboxEntry Reply(Turn turn, string text, MessageState state = MessageState.Done, string? error = null, bool inContext = true) =>
        new(turn.Mail[0].Sequence, new OutboundReply(new ChatEntry(turn.AnswerId, MessageRole.Assistant, text, DateTimeOffset.UnixEpoch, state, turn.Id, inContext && state != MessageState.Failed), error, null));

    /// <summary>A turn that answers at once.</summary>
    public async Task<Delivery> AnswerAsync(string text, IReplySurface? on = null, IReadOnlyList<int>? supersedes = null, FakeMessage? asked = null)
    {
        var surface = on ?? Open();
        var turn = NewTurn(asked, supersedes);
        await surface.StartAsync(turn);
        await surface.ShowAsync(new ReplyText(text));
        return await surface.DeliverAsync(Reply(turn, text), DeliveryState.Fresh);
    }

    /// <summary>Lets the clock run in small steps, so that what it sets off is done before more time has passed.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, string what)
    {
        for (var steps = 0; !condition(); steps++)
        {
            if (steps > 3_000) throw new TimeoutException($"Waited in vain for {what}.\n{Chat.Transcript}\n{string.Join('\n', Server.Calls.Recent)}");
            Clock!.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(4);
        }
    }

    public Task AdvanceAsync(TimeSpan time)
    {
        var until = Clock!.GetUtcNow() + time;
        return AdvanceUntilAsync(() => Clock.GetUtcNow() >= until, "time");
    }

    /// <summary>Runs to the end what waits for the clock.</summary>
    public async Task<T> AdvanceUntilAsync<T>(ValueTask<T> running)
    {
        var task = running.AsTask();
        await AdvanceUntilAsync(() => task.IsCompleted, "a delivery");
        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        Server.Faults.Clear();
        foreach (var surface in _open) await surface.DisposeAsync();
        await Server.DisposeAsync();
        _http.Dispose();
        Metrics.Dispose();
        await _services.DisposeAsync();
    }
}

/// <summary>A lease in the test's hand.</summary>
internal sealed class HeldLease(ConversationId conversation, string? note) : ReplyLease
{
    private string? _note = note;

    /// <summary>What was written down under this lease, oldest first.</summary>
    public List<string> Notes { get; } = [];

    public Fence Fence { get; set; }

    /// <summary>True: the node dies before it has written anything down.</summary>
    public bool LosesNotes { get; set; }

    public override LeaseKey Key { get; } = new(conversation, 1, "test");

    public override bool Resumed => false;

    public override string? Note => _note;

    public override Task<Fence> EnsureAsync(TimeSpan atLeast) => Task.FromResult(Fence);

    public override Task<Fence> NoteAsync(string note)
    {
        if (Fence == Fence.Lost || LosesNotes) return Task.FromResult(Fence.Lost);
        Notes.Add(note);
        _note = note;
        return Task.FromResult(Fence);
    }
}
