using BotHub.Channels.Telegram;
using Microsoft.Extensions.Configuration;

namespace BotHub.Tests.Channels.Telegram;

public sealed class TelegramOptionsTests
{
    [Fact]
    public void A_bot_needs_no_more_than_its_token()
    {
        var bot = Assert.Single(Read(("Support:Token", "123:abc_DEF-1")).Bots).Value;

        Assert.Equal(("Support", 123L, ReceiveMode.Polling, StreamingMode.Auto), (bot.Name, bot.Id, bot.Mode, bot.Streaming));
        Assert.Empty(bot.Allow);
        Assert.Equal("Support (123)", bot.ToString());
    }

    [Fact]
    public void Who_is_allowed_may_be_a_list_or_one_text()
    {
        Assert.Equal(["*"], Read(("A:Token", "1:x"), ("A:Allow", "*")).Bots["A"].Allow);
        Assert.Equal(["12", "-100", "@ada_b", "admins"], Read(("A:Token", "1:x"), ("A:Allow", "12, -100,@ada_b ,admins")).Bots["A"].Allow);
        Assert.Equal(["12", "@ada_b"], Read(("A:Token", "1:x"), ("A:Allow:0", "12"), ("A:Allow:1", "@ada_b")).Bots["A"].Allow);
    }

    [Fact]
    public void A_bot_without_a_token_is_off_and_known_as_that()
    {
        var options = Read(("A:Persona", "helper"), ("B:Token", "1:x"), ("B:Enabled", "false"));

        Assert.Empty(options.Errors);
        Assert.Empty(options.Bots);
        Assert.Equal(["A", "B"], options.Off);
        Assert.Equal(["A"], options.WithoutToken);
    }

    [Fact]
    public void One_switch_turns_all_bots_off() => Assert.Empty(Read(("Enabled", "false"), ("A:Token", "1:x")).Bots);

    [Theory]
    [InlineData("A:Token", "hidden", "Channels:Telegram:A:Token = '***' is no token")]
    [InlineData("A:Token", "0:hidden", "Channels:Telegram:A:Token")]
    [InlineData("A:Token", "99999999999999999999:hidden", "Channels:Telegram:A:Token")]
    [InlineData("A:Mode", "Pull", "use Polling, Webhook")]
    [InlineData("A:Mode", "Webhook", "Channels:Telegram:A:WebhookUrl = '' is missing")]
    [InlineData("A:WebhookUrl", "http://bot.example.com", "must be https")]
    [InlineData("A:WebhookUrl", "bot.example.com", "is no address")]
    [InlineData("A:WebhookUrl", "https://hidden:hidden@bot.example.com/", "is no address")]
    [InlineData("A:WebhookSecret", "hidden secret", "must be 1 to 256")]
    [InlineData("A:ApiUrl", "ftp://x", "is no address")]
    [InlineData("A:ApiUrl", "http://localhost:8081/bot", "must have no path")]
    [InlineData("A:Allow", "ada", "'ada' is nobody")]
    [InlineData("A:Allow:0", "0", "'0' is nobody")]
    [InlineData("A:Streaming", "Maybe", "use Auto, Edit, Off")]
    [InlineData("A:Rich", "perhaps", "must be true or false")]
    [InlineData("A:MaxFileMegabytes", "0", "must be a whole number from 1 to 2000")]
    [InlineData("A:GroupCallsPerMinute", "1001", "from 0 to 1000")]
    [InlineData("A:Tokn", "1:x", "Channels:Telegram:A:Tokn is not known")]
    [InlineData("my bot:Token", "1:x", "is no name for a bot")]
    [InlineData("B:Token", "1:hidden", "Channels:Telegram:A:Token and Channels:Telegram:B:Token are of the same bot (1)")]
    public void A_wrong_value_is_named_with_its_key_and_the_fix(string key, string value, string error)
    {
        var options = key.EndsWith("A:Token", StringComparison.Ordinal) ? Read((key, value)) : Read(("A:Token", "1:hidden"), (key, value));

        Assert.Contains(options.Errors, e => e.Contains(error, StringComparison.Ordinal));
        Assert.DoesNotContain(options.Errors, e => e.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var options = Read(("A:Token", "hidden"), ("A:Mode", "Webhook"), ("B:Token", "2:x"), ("B:Allow", "nobody"));

        Assert.Equal(4, options.Errors.Count);
        Assert.False(new TelegramOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void A_server_of_ones_own_also_calls_http() =>
        Assert.Empty(Read(("A:Token", "1:x"), ("A:ApiUrl", "http://localhost:8081"), ("A:Mode", "webhook"), ("A:WebhookUrl", "http://hub:5080"), ("A:WebhookSecret", "s")).Errors);

    private static TelegramOptions Read(params (string Key, string Value)[] settings)
    {
        var options = new TelegramOptions();
        options.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Channels:Telegram:{s.Key}", (string?)s.Value))).Build().GetSection(TelegramOptions.Section));
        return options;
    }
}
