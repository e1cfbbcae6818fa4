using Telegram.Bot;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Makes the clients that call a Bot API server. The token is part of every address, so the factory's own loggers are off and the hub's
/// telemetry cuts it out of spans (Operations/SecretPaths).
/// </summary>
internal sealed class TelegramClients(IHttpClientFactory http, IHttpMessageHandlerFactory handlers)
{
    private const string Name = "telegram";

    /// <summary>The longest an ordinary call may take, and what a long poll may take beyond its own time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The server ends its answer to getUpdates at about 4 MB.</summary>
    private const int LargestPoll = 32 * 1024 * 1024;

    public static void Add(IServiceCollection services)
    {
        services.AddHttpClient(Name)
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(3),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        services.AddSingleton<TelegramClients>();
    }

    /// <summary>For all calls but long polls. It repeats nothing by itself: the governor decides when to call again.</summary>
    public QuickTelegramClient Client(TelegramBotOptions bot) =>
        new QuickTelegramClient(Settings(bot), Http(Patience), new HttpMessageInvoker(handlers.CreateHandler(Name), disposeHandler: false));

    /// <summary>For long polls: the answer is taken as bytes.</summary>
    public UpdatePoll Poll(TelegramBotOptions bot, TimeSpan wait)
    {
        var client = Http(wait + Patience);
        client.MaxResponseContentBufferSize = LargestPoll;
        return new UpdatePoll(client, $"{Settings(bot).BaseRequestUrl}/getUpdates", wait);
    }

    /// <summary>For files: the client, and the address that a file's path is put behind. Whoever reads minds the time.</summary>
    public (HttpClient Client, string Address) Files(TelegramBotOptions bot) => (Http(Timeout.InfiniteTimeSpan), Settings(bot).BaseFileUrl);

    private static TelegramBotClientOptions Settings(TelegramBotOptions bot) =>
        new(bot.Token, bot.ApiUrl?.GetLeftPart(UriPartial.Authority)) { RetryCount = 0, RetryThreshold = 0 };

    private HttpClient Http(TimeSpan timeout)
    {
        var client = http.CreateClient(Name);
        client.Timeout = timeout;
        return client;
    }
}
