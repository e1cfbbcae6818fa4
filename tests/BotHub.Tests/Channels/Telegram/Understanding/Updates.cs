using System.Text;
using System.Text.Json;
using BotHub.Channels.Telegram;
using Telegram.Bot;

namespace BotHub.Tests.Channels.Telegram.Understanding;

/// <summary>Reads updates in the shapes of the Bot API's documentation, for a bot named <c>@hub_bot</c> whose id is 7.</summary>
internal static class Updates
{
    public static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public const string Ada = """{"id":11,"is_bot":false,"first_name":"Ada","last_name":"Byron","username":"ada","language_code":"en-GB"}""";
    public const string Private = """{"id":11,"type":"private","first_name":"Ada"}""";
    public const string Group = """{"id":-100,"type":"supergroup","title":"Workshop"}""";
    public const string Bot = """{"id":7,"is_bot":true,"first_name":"Hub","username":"hub_bot"}""";

    private static readonly HttpClient Nobody = new(new SocketsHttpHandler(), disposeHandler: true);

    /// <summary>The bot asks no server here.</summary>
    public static TelegramBot HubBot(bool topics = false) =>
        new(new TelegramBotOptions { Name = "Hub", Token = "7:secret" }, new QuickTelegramClient(new TelegramBotClientOptions("7:secret"), Nobody, Nobody)) { Username = "hub_bot", HasTopics = topics };

    /// <param name="fields">Of the message, beside number, date, chat and sender.</param>
    public static string Message(string fields, string chat = Private, string from = Ada, string kind = "message") =>
        $$"""{"update_id":500,"{{kind}}":{"message_id":42,"date":1700000000,"chat":{{chat}},"from":{{from}},{{fields}} } }""";

    public static Understood Read(string json, TelegramBot? bot = null) =>
        UpdateReader.Read(UpdateIntake.Parse(Encoding.UTF8.GetBytes(json), out var reason) ?? throw new JsonException(reason), bot ?? HubBot(), Now);

    public static Understood.Said Said(string json, TelegramBot? bot = null) => Assert.IsType<Understood.Said>(Read(json, bot));
}
