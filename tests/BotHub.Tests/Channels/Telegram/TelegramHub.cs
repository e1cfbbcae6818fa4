using System.Text.Json;
using BotHub.FakeTelegram;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>The hub and a Telegram of its own, without limits of speed.</summary>
internal sealed class TelegramHub : IAsyncDisposable
{
    public const string Secret = "the-webhook_secret-0123";

    private TelegramHub(FakeTelegramServer telegram, FakeBot bot, TestHub hub) => (Telegram, Bot, Hub) = (telegram, bot, hub);

    public FakeTelegramServer Telegram { get; }
    public FakeBot Bot { get; }
    public TestHub Hub { get; }
    public HttpClient Http { get; private set; } = null!;

    public static async Task<TelegramHub> StartAsync(params (string Key, string Value)[] settings)
    {
        var hub = await PrepareAsync(settings);
        hub.Start();
        return hub;
    }

    /// <summary>All is there, and the hub does not run yet.</summary>
    /// <param name="settings">Of the bot; with a colon, of the hub; those of OpenTelemetry as they are.</param>
    public static Task<TelegramHub> PrepareAsync(params (string Key, string Value)[] settings) => PrepareAsync(null, settings);

    public static async Task<TelegramHub> PrepareAsync(StoreAway? away, params (string Key, string Value)[] settings)
    {
        var telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off });
        var bot = telegram.AddBot("test_bot", "Test");
        (string, string)[] own =
        [
            ("Token", bot.Token), ("ApiUrl", telegram.Url.AbsoluteUri), ("CallsPerSecond", "0"), ("ChatCallsPerSecond", "0"), ("GroupCallsPerMinute", "0"),
            .. settings.Any(s => s.Key.StartsWith("Allow", StringComparison.Ordinal)) ? Array.Empty<(string, string)>() : [("Allow", "*")],
        ];
        return new TelegramHub(telegram, bot, new TestHub([.. own.Concat(settings).Select(s => (s.Item1.Contains(':', StringComparison.Ordinal) || s.Item1.StartsWith("OTEL_", StringComparison.Ordinal) ? s.Item1 : $"Channels:Telegram:Test:{s.Item1}", s.Item2))]) { Replace = away is null ? null : away.Decorate });
    }

    public void Start() => Http = Hub.Http();

    /// <summary>The port is known before the start, as Telegram is told it then.</summary>
    public static Task<TelegramHub> StartWithWebhookAsync(params (string Key, string Value)[] settings) => StartWithWebhookAsync(null, settings);

    public static async Task<TelegramHub> StartWithWebhookAsync(StoreAway? away, params (string Key, string Value)[] settings)
    {
        var port = Ports.Free();
        var hub = await PrepareAsync(away, [("Mode", "Webhook"), ("WebhookUrl", $"http://127.0.0.1:{port}"), ("WebhookSecret", Secret), .. settings]);
        hub.Hub.UseKestrel(port);
        hub.Start();
        await UntilAsync(() => hub.Bot.WebhookUrl.Length > 0);
        return hub;
    }

    public FakeChat Chat(string name = "Ada", string? username = null) => Bot.PrivateChat(Telegram.AddUser(name, username));

    /// <summary>The bot as <c>/status</c> tells it, once it tells this: a reading is handed out for a second.</summary>
    public async Task<JsonElement> StatusAsync(string with = "username")
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await Http.GetAsync("/status", end.Token);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(end.Token));
            var bot = json.RootElement.GetProperty("channels").EnumerateArray().First(c => c.GetProperty("id").GetString() == "telegram").GetProperty("bots")[0];
            if (bot.TryGetProperty(with, out _)) return bot.Clone();
            await Task.Delay(100, end.Token);
        }
    }

    /// <summary>Waits until the hub has logged a text.</summary>
    public Task LoggedAsync(string text) => UntilAsync(() => Hub.Logs.All.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until Telegram has nothing left for the bot.</summary>
    public Task ConfirmedAsync() => UntilAsync(() => Bot.PendingUpdates == 0);

    /// <summary>Looks again and again, as not everything tells when it changes; every wait has an end.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(20, end.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Telegram.DisposeAsync();
    }
}
