using System.Collections.Concurrent;
using BotHub.FakeTelegram;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Hubs that are reached over a Telegram of their own, each by a bot of its own; everybody may talk with them.</summary>
public abstract class TelegramFixture(bool webhook) : ChannelFixture, IAsyncLifetime
{
    /// <summary>How much faster than Telegram's limits this one is, on both sides.</summary>
    private const double Hurry = 20;

    private readonly ConcurrentDictionary<TestHub, FakeBot> _bots = new();
    private int _people;

    public FakeTelegramServer Telegram { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Telegram = await FakeTelegramServer.StartAsync(new() { Limits = new FloodLimits().Scaled(Hurry) });

    public FakeBot BotOf(TestHub hub) => _bots[hub];

    public override async Task<IPerson> MeetAsync(TestHub hub)
    {
        // The first call starts the hub.
        using (hub.Http()) { }
        var user = Telegram.AddUser($"Ada {Interlocked.Increment(ref _people)}");
        await Task.CompletedTask;
        return new Person(BotOf(hub).PrivateChat(user));
    }

    protected override TestHub Create((string Key, string Value)[] settings)
    {
        var bot = Telegram.AddBot($"hub{_bots.Count}_bot");
        var port = webhook ? Ports.Free() : 0;
        List<(string, string)> all =
        [
            .. settings,
            ("Channels:Telegram:main:Token", bot.Token),
            ("Channels:Telegram:main:ApiUrl", Telegram.Url.ToString()),
            ("Channels:Telegram:main:Allow", "*"),
            ("Channels:Telegram:main:CallsPerSecond", $"{20 * Hurry}"),
            ("Channels:Telegram:main:ChatCallsPerSecond", $"{1 * Hurry}"),
            ("Channels:Telegram:main:GroupCallsPerMinute", $"{18 * Hurry}"),
        ];
        if (webhook)
            all.AddRange(
            [
                ("Channels:Telegram:main:Mode", "webhook"),
                ("Channels:Telegram:main:WebhookUrl", $"http://127.0.0.1:{port}"),
                ("Channels:Telegram:main:WebhookSecret", "a-secret_of-tests"),
            ]);
        var hub = new TestHub(port, [.. all]);
        _bots[hub] = bot;
        return hub;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Telegram is not null) await Telegram.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed class Person(FakeChat chat) : IPerson
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private int _read;

        public Task SayAsync(string text)
        {
            chat.Say(text);
            return Task.CompletedTask;
        }

        public async Task<string> NextAnswerAsync() => (await chat.WaitForBotMessagesAsync(++_read, Patience))[_read - 1].Text;

        public Task SeeBeginningAsync() => chat.WaitAsync(c => c.Draft is { Text.Length: > 0 }, Patience, "the beginning of an answer");

        public Task StopAsync()
        {
            chat.Stop();
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<string>> AnswersAsync() => Task.FromResult(chat.BotTexts);

        public ValueTask DisposeAsync() => default;
    }
}

public sealed class PollingFixture() : TelegramFixture(webhook: false);

public sealed class WebhookFixture() : TelegramFixture(webhook: true);

public sealed class PollingConversationTests(PollingFixture fixture) : ConversationSuite<PollingFixture>(fixture), IClassFixture<PollingFixture>;

public sealed class WebhookConversationTests(WebhookFixture fixture) : ConversationSuite<WebhookFixture>(fixture), IClassFixture<WebhookFixture>;
