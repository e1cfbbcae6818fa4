using System.Globalization;
using System.Text.RegularExpressions;
using BotHub.Configuration;
using BotHub.Core.Models;

namespace BotHub.Channels.Telegram;

/// <param name="Bot">Null when there is no token, or something is wrong.</param>
internal readonly record struct BotReading(bool Enabled, bool NoToken, TelegramBotOptions? Bot);

/// <summary>Reads the section of one bot and checks it.</summary>
internal static partial class TelegramBotReader
{
    public static BotReading Read(IConfigurationSection section, List<string> errors)
    {
        var before = errors.Count;
        var reader = new SectionReader(section, errors);
        if (!BotName().IsMatch(section.Key)) errors.Add($"{section.Path} is no name for a bot: use 1 to 64 of A-Z a-z 0-9 _ -, as it is part of the webhook's address.");
        var enabled = reader.Flag("Enabled", true);
        var token = reader.Text(nameof(TelegramBotOptions.Token));
        // A secret is never repeated, not even a wrong one.
        if (token is not null && !Token().IsMatch(token)) reader.Error(nameof(TelegramBotOptions.Token), "***", "is no token: use the one BotFather gave, digits:secret");
        var api = Address(reader, nameof(TelegramBotOptions.ApiUrl));
        if (api is not null && api.AbsolutePath != "/") reader.Error(nameof(TelegramBotOptions.ApiUrl), api.Authority, "must have no path: use scheme, host and port of the Bot API server");
        var mode = reader.Choice(nameof(TelegramBotOptions.Mode), ReceiveMode.Polling);
        var webhook = Address(reader, nameof(TelegramBotOptions.WebhookUrl));
        var secret = reader.Text(nameof(TelegramBotOptions.WebhookSecret));
        CheckWebhook(reader, mode, api, webhook, secret);
        var bot = new TelegramBotOptions
        {
            Name = section.Key,
            Token = token ?? "",
            ApiUrl = api,
            Mode = mode,
            WebhookUrl = webhook,
            WebhookSecret = secret,
            Persona = reader.Text(nameof(TelegramBotOptions.Persona)),
            Model = reader.Text(nameof(TelegramBotOptions.Model)),
            Tenant = reader.Text(nameof(TelegramBotOptions.Tenant)) ?? Core.Usage.Payer.DefaultTenant,
            Models = reader.List(nameof(TelegramBotOptions.Models)),
            DataClass = reader.Choice(nameof(TelegramBotOptions.DataClass), DataClass.Open),
            Allow = Allow(reader),
            Streaming = reader.Choice(nameof(TelegramBotOptions.Streaming), StreamingMode.Auto),
            Rich = reader.Flag(nameof(TelegramBotOptions.Rich), true),
            Buttons = reader.Flag(nameof(TelegramBotOptions.Buttons), true),
            LinkPreviews = reader.Flag(nameof(TelegramBotOptions.LinkPreviews), false),
            UnknownSends = reader.Choice(nameof(TelegramBotOptions.UnknownSends), UnknownSendPolicy.Resend),
            MaxFileMegabytes = reader.Integer(nameof(TelegramBotOptions.MaxFileMegabytes), 20, 1, 2000),
            CallsPerSecond = reader.Number(nameof(TelegramBotOptions.CallsPerSecond), 25, 0, 10_000),
            ChatCallsPerSecond = reader.Number(nameof(TelegramBotOptions.ChatCallsPerSecond), 1, 0, 10_000),
            GroupCallsPerMinute = reader.Integer(nameof(TelegramBotOptions.GroupCallsPerMinute), 18, 0, 1000),
        };
        if (!Core.Usage.Payer.IsTenant(bot.Tenant)) reader.Error(nameof(TelegramBotOptions.Tenant), bot.Tenant, "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        reader.RefuseOtherKeys();
        return new BotReading(enabled, token is null, token is null || errors.Count > before ? null : bot);
    }

    private static void CheckWebhook(SectionReader reader, ReceiveMode mode, Uri? api, Uri? webhook, string? secret)
    {
        if (secret is not null && !WebhookSecret().IsMatch(secret)) reader.Error(nameof(TelegramBotOptions.WebhookSecret), "***", "must be 1 to 256 of A-Z a-z 0-9 _ -");
        if (webhook is { Scheme: "http" } && api is null) reader.Error(nameof(TelegramBotOptions.WebhookUrl), webhook.GetLeftPart(UriPartial.Authority), "must be https: Telegram calls no other address (a Bot API server of one's own, named by ApiUrl, also calls http)");
        if (mode != ReceiveMode.Webhook) return;
        if (webhook is null) reader.Error(nameof(TelegramBotOptions.WebhookUrl), "", "is missing: Mode is Webhook, so name this hub's public address, such as https://bot.example.com");
        if (secret is null) reader.Error(nameof(TelegramBotOptions.WebhookSecret), "", "is missing: Mode is Webhook, so choose a secret of 1 to 256 of A-Z a-z 0-9 _ -, which proves that a call comes from Telegram");
    }

    private static IReadOnlyList<string> Allow(SectionReader reader)
    {
        const string key = nameof(TelegramBotOptions.Allow);
        var items = reader.List(key);
        foreach (var item in items)
            if (item is not ("*" or "admins") && !Username().IsMatch(item) && !(long.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) && id != 0))
                reader.Error(key, item, "is nobody: use * (everybody), a user's id, a group's id (negative), @username, or admins");
        return items;
    }

    private static Uri? Address(SectionReader reader, string key)
    {
        if (reader.Text(key) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }) return uri;
        // What stands before an at sign may be a password.
        reader.Error(key, text.Contains('@', StringComparison.Ordinal) ? "***" : text, "is no address: use http(s)://host[:port]");
        return null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex BotName();

    [GeneratedRegex("^[1-9][0-9]{0,17}:[A-Za-z0-9_-]{1,128}$")]
    private static partial Regex Token();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,256}$")]
    private static partial Regex WebhookSecret();

    [GeneratedRegex("^@[A-Za-z0-9_]{3,64}$")]
    private static partial Regex Username();
}
