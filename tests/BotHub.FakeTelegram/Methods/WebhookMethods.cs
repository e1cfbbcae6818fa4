using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>setWebhook and its kin.</summary>
internal static class WebhookMethods
{
    public static void Set(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var url = call.Text("url");
        if (url.Length == 0)
        {
            Delete(server, bot, call, json);
            return;
        }

        var now = server.Time.GetUtcNow();
        if (now < bot.Updates.NextSetWebhook) throw Refused.TooMany(1);
        bot.Updates.NextSetWebhook = now + TimeSpan.FromSeconds(1);
        // The real server wants https; here plain http is fine on this machine, as with a local Bot API server.
        var known = Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
        if (!known) throw Refused.Bad("invalid webhook URL specified");
        var secret = call.Text("secret_token");
        if (secret.Length > 256) throw Refused.Bad("secret token is too long");
        if (secret.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))) throw Refused.Bad("secret token contains unallowed characters");
        int? allowed = call.TryJson("allowed_updates", out var kinds) && kinds.ValueKind == JsonValueKind.Array
            ? UpdateKinds.Mask(kinds.EnumerateArray().Select(k => k.AsText() ?? ""))
            : null;
        bot.Updates.SetAllowed(allowed);
        if (call.Flag("drop_pending_updates")) bot.Updates.Clear();
        bot.Updates.SetHook(new(bot, url, secret, call.Clamped("max_connections", 40, 1, 100)));
        json.WriteBooleanValue(true);
        json.WriteString("description", "Webhook was set");
    }

    public static void Delete(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        if (call.Flag("drop_pending_updates")) bot.Updates.Clear();
        var was = bot.Updates.Hook is not null;
        bot.Updates.SetHook(null);
        json.WriteBooleanValue(true);
        json.WriteString("description", was ? "Webhook was deleted" : "Webhook is already deleted");
    }

    public static void Info(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var updates = bot.Updates;
        json.WriteStartObject();
        json.WriteString("url", updates.Hook?.Url ?? "");
        json.WriteBoolean("has_custom_certificate", false);
        json.WriteNumber("pending_update_count", updates.Count);
        if (updates.LastError.Length > 0)
        {
            json.WriteNumber("last_error_date", updates.LastErrorAt.ToUnixTimeSeconds());
            json.WriteString("last_error_message", updates.LastError);
        }

        if (updates.Hook is { } hook)
        {
            json.WriteNumber("max_connections", hook.MaxConnections);
            json.WriteString("ip_address", "127.0.0.1");
        }

        if (updates.Allowed != UpdateKinds.Default)
        {
            json.WriteStartArray("allowed_updates");
            foreach (var name in UpdateKinds.Of(updates.Allowed)) json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
