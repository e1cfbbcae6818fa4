using BotHub.Channels.Telegram;
using Telegram.Bot;

namespace BotHub.Tests.Channels.Telegram;

public sealed class TelegramReportTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(100, null, null)]
    [InlineData(600, 590, null)]
    [InlineData(600, 400, "no poll was completed for 200 s")]
    [InlineData(600, null, "no poll was completed for 600 s")]
    public void A_poller_that_completes_nothing_for_minutes_is_told_of_and_one_that_has_just_started_is_not(int now, int? polled, string? trouble)
    {
        var bot = Bot();
        bot.Health.Since = Start;
        Assert.Equal(trouble, TelegramReport.TroubleOf(bot, polled is { } p ? Start.AddSeconds(p) : null, Start.AddSeconds(now)));
    }

    [Fact]
    public void What_is_known_of_the_trouble_is_told_with_it()
    {
        var bot = Bot();
        bot.Health.Since = Start;
        bot.Health.Problem = "the server cannot be reached";
        Assert.Contains("(the server cannot be reached)", TelegramReport.TroubleOf(bot, null, Start.AddHours(1)), StringComparison.Ordinal);
    }

    private static readonly HttpClient Nobody = new(new SocketsHttpHandler(), disposeHandler: true);

    private static TelegramBot Bot() =>
        new(new TelegramBotOptions { Name = "main", Token = "7:secret" }, new QuickTelegramClient(new TelegramBotClientOptions("7:secret"), Nobody, Nobody));
}
