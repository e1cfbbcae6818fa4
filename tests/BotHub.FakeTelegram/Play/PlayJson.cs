using System.Globalization;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>What the play API answers: the world as people see it.</summary>
internal static class PlayJson
{
    public static void World(Utf8JsonWriter json, FakeTelegramServer server)
    {
        json.WriteStartObject();
        json.WriteNumber("version", server.Version);
        json.WriteStartArray("bots");
        foreach (var bot in server.Bots) Bot(json, bot);
        json.WriteEndArray();
        json.WriteStartArray("users");
        foreach (var user in server.Users) json.WriteRawValue(user.Json, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteStartArray("chats");
        foreach (var chat in server.Chats)
        {
            json.WriteStartObject();
            Head(json, chat);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Bot(Utf8JsonWriter json, FakeBot bot)
    {
        json.WriteStartObject();
        json.WriteNumber("id", bot.Id);
        json.WriteString("username", bot.Username);
        json.WriteString("name", bot.Account.FirstName);
        json.WriteString("token", bot.Token);
        json.WriteBoolean("privacy", bot.PrivacyMode);
        json.WriteNumber("pending", bot.PendingUpdates);
        json.WriteBoolean("polling", bot.IsPolling);
        json.WriteString("webhook", bot.WebhookUrl);
        json.WriteNumber("deliveries", bot.Deliveries.Sent);
        json.WriteNumber("failedDeliveries", bot.Deliveries.Failed);
        json.WriteStartArray("commands");
        foreach (var (name, description) in bot.CommandSets.Values.SelectMany(set => set).DistinctBy(c => c.Name))
        {
            json.WriteStartObject();
            json.WriteString("command", name);
            json.WriteString("description", description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Chat(Utf8JsonWriter json, FakeChat chat)
    {
        json.WriteStartObject();
        Head(json, chat);
        json.WriteStartArray("members");
        foreach (var member in chat.Members)
        {
            json.WriteStartObject();
            json.WriteNumber("id", member.User.Id);
            json.WriteString("name", member.User.FirstName);
            json.WriteBoolean("bot", member.User.IsBot);
            json.WriteString("status", member.Status.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("topics");
        foreach (var topic in chat.Topics)
        {
            json.WriteStartObject();
            json.WriteNumber("id", topic.Id);
            json.WriteString("name", topic.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("draftFrames", chat.DraftFrames.Count);
        json.WriteNumber("framesAfterStop", chat.FramesAfterStop);
        if (chat.Draft is { } draft) Draft(json, draft);
        json.WriteStartArray("messages");
        foreach (var message in chat.Messages) Message(json, message);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Message(Utf8JsonWriter json, FakeMessage message)
    {
        json.WriteStartObject();
        json.WriteNumber("key", message.Key);
        json.WriteNumber("id", message.Id);
        json.WriteString("date", message.Date);
        json.WriteString("from", message.From?.FirstName ?? message.Chat.Title);
        json.WriteNumber("fromId", message.From?.Id ?? message.Chat.Id);
        json.WriteBoolean("bot", message.FromBot);
        json.WriteString("text", message.Text);
        json.WritePropertyName("entities");
        MessageJson.Entities(json, message.Entities);
        json.WriteNumber("edits", message.Edits);
        json.WriteBoolean("linkPreviewDisabled", message.LinkPreviewDisabled);
        if (message.Rich is { } rich) Rich(json, rich);
        if (message.Topic is { } topic) json.WriteNumber("topic", topic.Id);
        if (message.ForwardOf is not null) json.WriteBoolean("forwarded", true);
        if (message.Service is { } service) json.WriteString("service", service.Field);
        if (message.ReplyTo is { } reply)
        {
            json.WriteNumber("replyTo", reply.Key);
            json.WriteString("replyText", message.Quote?.Text ?? reply.Text);
        }

        if (message.File is { } file)
        {
            json.WriteStartObject("file");
            json.WriteString("id", file.Id);
            json.WriteString("kind", file.Kind.ToString().ToLowerInvariant());
            json.WriteString("name", file.Name);
            json.WriteString("mime", file.MimeType);
            json.WriteNumber("size", file.Size);
            json.WriteEndObject();
        }

        json.WriteStartArray("buttons");
        foreach (var row in message.Buttons)
        {
            json.WriteStartArray();
            foreach (var button in row)
            {
                json.WriteStartObject();
                json.WriteString("text", button.Text);
                if (button.CallbackData is not null) json.WriteString("data", button.CallbackData);
                if (button.Url is not null) json.WriteString("url", button.Url);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartObject("reactions");
        foreach (var (user, emoji) in message.Reactions) json.WriteString(user.ToString(CultureInfo.InvariantCulture), string.Concat(emoji));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Calls(Utf8JsonWriter json, FakeTelegramServer server)
    {
        json.WriteStartObject();
        json.WriteStartObject("counts");
        foreach (var (method, count) in server.Calls.Counts) json.WriteNumber(method, count);
        json.WriteEndObject();
        json.WriteStartArray("recent");
        foreach (var call in server.Calls.Recent)
        {
            json.WriteStartObject();
            json.WriteString("at", call.At);
            json.WriteString("method", call.Method);
            json.WriteNumber("bot", call.BotId);
            if (call.ChatId is { } chat) json.WriteNumber("chat", chat);
            json.WriteNumber("code", call.Code);
            json.WriteString("note", call.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("faults", server.Faults.Happened);
        json.WriteStartArray("refusals");
        foreach (var r in server.Flood.Refusals) Entry(json, r.At, r.BotId, r.ChatId, r.Method, r.Code, r.Description, r.RetryAfter);
        json.WriteEndArray();
        json.WriteStartArray("violations");
        foreach (var v in server.Flood.Violations) Entry(json, v.At, v.BotId, v.ChatId, v.Method, 429, "call into an open window", (int)v.Left.TotalSeconds);
        json.WriteEndArray();
        json.WriteStartArray("bans");
        foreach (var b in server.Flood.Bans) Entry(json, b.At, b.BotId, b.ChatId, "", 429, "banned", (int)(b.Until - b.At).TotalSeconds);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Press(Utf8JsonWriter json, FakePress press)
    {
        json.WriteStartObject();
        json.WriteString("id", press.Id);
        json.WriteBoolean("answered", press.IsAnswered);
        json.WriteString("answer", press.Answer);
        json.WriteBoolean("alert", press.ShowAlert);
        json.WriteEndObject();
    }

    private static void Entry(Utf8JsonWriter json, DateTimeOffset at, long bot, long? chat, string method, int code, string description, int? seconds)
    {
        json.WriteStartObject();
        json.WriteString("at", at);
        json.WriteNumber("bot", bot);
        if (chat is { } id) json.WriteNumber("chat", id);
        json.WriteString("method", method);
        json.WriteNumber("code", code);
        json.WriteString("description", description);
        if (seconds is { } wait) json.WriteNumber("seconds", wait);
        json.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter json, FakeChat chat)
    {
        json.WriteString("key", chat.Key);
        json.WriteNumber("id", chat.Id);
        json.WriteString("kind", chat.TypeName);
        json.WriteString("title", chat.Title);
        json.WriteBoolean("forum", chat.IsForum);
        json.WriteBoolean("blocked", chat.IsBlocked);
        json.WriteBoolean("typing", chat.IsTyping);
        if (chat.Bot is { } bot) json.WriteNumber("bot", bot.Id);
        if (chat.User is { } user) json.WriteNumber("user", user.Id);
        if (chat.UpgradedTo is { } next) json.WriteString("upgradedTo", next.Key);
        if (chat.Messages is [.., var last]) json.WriteString("last", last.Text.Length > 80 ? last.Text[..80] : last.Text);
    }

    private static void Draft(Utf8JsonWriter json, FakeDraft draft)
    {
        json.WriteStartObject("draft");
        json.WriteNumber("id", draft.Id);
        json.WriteString("text", draft.Text);
        json.WritePropertyName("entities");
        MessageJson.Entities(json, draft.Entities);
        json.WriteBoolean("canStop", draft.CanStop && !draft.IsStopped);
        json.WriteBoolean("stopped", draft.IsStopped);
        if (draft.Rich is { } rich) Rich(json, rich);
        json.WriteEndObject();
    }

    private static void Rich(Utf8JsonWriter json, FakeRichMessage rich)
    {
        json.WriteStartObject("rich");
        json.WriteString("format", rich.Format);
        json.WritePropertyName("blocks");
        json.WriteRawValue(rich.BlocksJson, skipInputValidation: true);
        json.WriteEndObject();
    }
}
