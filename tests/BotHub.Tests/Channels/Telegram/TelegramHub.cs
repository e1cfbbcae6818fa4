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
    /// <param name="settings">Of the bot; with a colon, of the hub.</param>
    public static async Task<TelegramHub> PrepareAsync(params (string Key, string Value)[] settings)
    {
        var telegram = await FakeTelegramServer.StartAsync(new FakeTelegramOptions { Limits = FloodLimits.Off });
        var bot = telegram.AddBot("test_bot", "Test");
        (string, string)[] own =
        [
            ("Token", bot.Token), ("ApiUrl", telegram.Url.AbsoluteUri), ("CallsPerSecond", "0"), ("ChatCallsPerSecond", "0"), ("GroupCallsPerMinute", "0"),
            .. settings.Any(s => s.Key.StartsWith("Allow", StringComparison.Ordinal)) ? Array.Empty<(string, string)>() : [("Allow", "*")],
        ];
        return new TelegramHub(telegram, bot, new TestHub([.. own.Concat(settings).Select(s => (s.Item1.Contains(':', StringComparison.Ordinal) ? s.Item1 : $"Channels:Telegram:Test:{s.Item1}", s.Item2))]));
    }

    public void Start() => Http = Hub.Http();

    /// <summary>The hub listens where the webhook is called before Telegram is told so.</summary>
    public static async Task<TelegramHub> StartWithWebhookAsync(params (string Key, string Value)[] settings)
    {
        var port = Chaos.Ports.Free();
        return await StartAsync([("Mode", "Webhook"), ("WebhookUrl", $"http://127.0.0.1:{port}"), ("WebhookSecret", Secret), ("Kestrel:Endpoints:Telegram:Url", $"http://127.0.0.1:{port}"), .. settings]);
    }

    public FakeChat Chat(string name = "Ada", string? username = null) => Bot.PrivateChat(Telegram.AddUser(name, username));

    public async Task<JsonElement> StatusAsync()
    {
        using var response = await Http.GetAsync("/status");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("channels").EnumerateArray().First(c => c.GetProperty("id").GetString() == "telegram").GetProperty("bots")[0].Clone();
    }

    /// <summary>Waits until the hub has logged a text; every wait has an end.</summary>
    public async Task LoggedAsync(string text)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!Hub.Logs.All.Contains(text, StringComparison.Ordinal)) await Task.Delay(20, end.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Telegram.DisposeAsync();
    }
}
