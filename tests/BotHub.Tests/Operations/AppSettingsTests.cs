using System.Globalization;
using System.Reflection;
using BotHub.Channels.Telegram;
using BotHub.Channels.Web;
using BotHub.Core.Context;
using BotHub.Core.Pipeline;
using BotHub.Core.Usage;
using BotHub.Models;
using BotHub.Models.Remote;
using BotHub.Operations;
using BotHub.Prompts;
using BotHub.Storage;
using BotHub.Usage;
using Microsoft.Extensions.Configuration;

namespace BotHub.Tests.Operations;

/// <summary>appsettings.json is the reference of all settings: complete, without strangers, and with the true defaults.</summary>
public sealed class AppSettingsTests
{
    private static readonly IConfigurationRoot Settings = new ConfigurationBuilder().AddJsonFile(Repository.PathOf("appsettings.json")).Build();

    [Fact]
    public void Every_key_is_read_by_somebody()
    {
        string[] framework = ["Logging", "AllowedHosts"];
        string[] ours = [.. ConfigurationGuard.Known.Keys.Where(k => !k.Contains(':', StringComparison.Ordinal)), .. ConfigurationGuard.Dynamic];

        Assert.Empty(Settings.GetChildren().Select(c => c.Key).Except([.. framework, .. ours]));
        foreach (var (section, keys) in ConfigurationGuard.Known)
            Assert.Empty(Settings.GetSection(section).GetChildren().Select(c => c.Key).Except(keys));
    }

    [Fact]
    public void Every_option_is_there()
    {
        // An empty list leaves no trace in a configuration, so the file itself is asked.
        var text = File.ReadAllText(Repository.PathOf("appsettings.json"));

        foreach (var (section, keys) in ConfigurationGuard.Known)
            foreach (var key in keys)
                Assert.True(
                    Settings.GetSection(section).GetChildren().Any(c => c.Key == key) || text.Contains($"\"{key}\": []", StringComparison.Ordinal),
                    $"{section}:{key} is missing in appsettings.json.");
    }

    [Fact]
    public void Every_value_is_the_default()
    {
        Check<PipelineOptions>(PipelineOptions.Section);
        Check<ContextOptions>(ContextOptions.Section);
        Check<StorageOptions>(StorageOptions.Section);
        Check<WebOptions>(WebOptions.Section);
        Check<UsageOptions>(UsageOptions.Section);

        static void Check<T>(string section)
            where T : new()
        {
            var (bound, fresh) = (Settings.GetSection(section).Get<T>()!, new T());
            foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
                Assert.True(Text(property.GetValue(fresh)) == Text(property.GetValue(bound)), $"{section}:{property.Name} is not the default in appsettings.json.");
        }

        static string Text(object? value) => value is string[] list ? string.Join(';', list) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    [Fact]
    public void The_settings_of_models_and_prompts_are_there_too()
    {
        // Those of one model stand in a comment: the model would be loaded otherwise.
        var text = File.ReadAllText(Repository.PathOf("appsettings.json"));
        var model = typeof(LlamaEntry).GetConstructors()[0].GetParameters().Select(p => p.Name!).Where(n => n != "Name");
        var prompts = typeof(PromptsOptions).GetProperties().Where(p => p.SetMethod?.IsPublic == true).Select(p => p.Name);

        string[] remote =
        [
            "Endpoint", "Deployment", "BaseUrl", "ApiVersion", "Key", "ContextTokens", "Encoding", "Reasoning", "AllowHttp", "RequestsPerMinute", "TokensPerMinute", "Concurrency", "LimitWait",
            .. typeof(Patience).GetConstructors()[0].GetParameters().Select(p => p.Name!),
        ];

        Assert.All([.. model, .. prompts, .. remote, "Type", "Script", "CharactersPerSecond", "FirstTokenDelay"], key => Assert.Contains($"\"{key}\": ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_settings_of_a_Telegram_bot_are_there_too()
    {
        // In a comment: a bot needs a token.
        var text = File.ReadAllText(Repository.PathOf("appsettings.json"));
        var bot = typeof(TelegramBotOptions).GetProperties().Where(p => p.SetMethod?.IsPublic == true).Select(p => p.Name).Where(n => n != nameof(TelegramBotOptions.Name));

        Assert.All([.. bot, "Enabled"], key => Assert.Contains($"//   \"{key}\": ", text, StringComparison.Ordinal));
        Assert.Empty(Settings.GetSection(TelegramOptions.Section).GetChildren());
    }

    [Fact]
    public void The_settings_of_prices_and_budgets_are_there_too()
    {
        // In comments: there is no price that is right for everybody.
        var text = File.ReadAllText(Repository.PathOf("appsettings.json"));
        var price = typeof(Price).GetConstructors()[0].GetParameters().Select(p => p.Name!);

        Assert.All([.. price, "Exempt", "Scope", "Match", "Messages", "Tokens", "Money", "Per", "WarnAt", "Degrade", "At"], key => Assert.Contains($"\"{key}\": ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void It_holds_no_secret() => Assert.All(["ConnectionStrings:Redis", "Usage:ApiKey"], key => Assert.Null(Settings[key]));
}
