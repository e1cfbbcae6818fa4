using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>The Message object of the Bot API, as one bot sees it.</summary>
internal static class MessageJson
{
    public static void Write(Utf8JsonWriter json, FakeMessage message, FakeBot viewer, bool nested = false)
    {
        var chat = message.Chat;
        json.WriteStartObject();
        json.WriteNumber("message_id", message.IdFor(viewer));
        if (message.Topic is { } topic)
        {
            json.WriteNumber("message_thread_id", topic.Id);
            json.WriteBoolean("is_topic_message", true);
        }
        else if (message.ReplyTo is { } replied && chat.Kind == FakeChatKind.Supergroup)
        {
            // Replies outside of topics carry the id of their thread's first message: no topic.
            json.WriteNumber("message_thread_id", replied.IdFor(viewer));
        }

        Raw(json, "from", message.From?.Json);
        if (message.From is null) Raw(json, "sender_chat", chat.Json);
        Raw(json, "chat", chat.Json);
        json.WriteNumber("date", message.Date.ToUnixTimeSeconds());
        if (message.EditDate is { } edited) json.WriteNumber("edit_date", edited.ToUnixTimeSeconds());
        if (message.ForwardOf is { } original) Origin(json, original, viewer);
        if (!nested && message.ReplyTo is { } reply)
        {
            json.WritePropertyName("reply_to_message");
            Write(json, reply, viewer, nested: true);
        }

        if (message.Quote is { } quote)
        {
            json.WriteStartObject("quote");
            json.WriteString("text", quote.Text);
            json.WriteNumber("position", quote.Position);
            json.WriteBoolean("is_manual", true);
            json.WriteEndObject();
        }

        if (message.Service is { } service)
        {
            json.WritePropertyName(service.Field);
            json.WriteRawValue(service.Json, skipInputValidation: true);
        }
        else
        {
            Content(json, message);
        }

        if (message.LinkPreviewJson.Length > 0)
        {
            json.WritePropertyName("link_preview_options");
            json.WriteRawValue(message.LinkPreviewJson, skipInputValidation: true);
        }

        if (message.Markup is { IsInline: true } markup)
        {
            json.WritePropertyName("reply_markup");
            json.WriteRawValue(markup.Json, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    public static void Entities(Utf8JsonWriter json, IReadOnlyList<FakeEntity> entities)
    {
        json.WriteStartArray();
        foreach (var entity in entities)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", entity.Offset);
            json.WriteNumber("length", entity.Length);
            json.WriteString("type", entity.Type);
            if (entity.Url is not null) json.WriteString("url", entity.Url);
            if (entity.Language is not null) json.WriteString("language", entity.Language);
            if (entity.CustomEmojiId is not null) json.WriteString("custom_emoji_id", entity.CustomEmojiId);
            if (entity.UnixTime is { } unix) json.WriteNumber("unix_time", unix);
            if (entity.UserId is { } user)
            {
                json.WriteStartObject("user");
                json.WriteNumber("id", user);
                json.WriteBoolean("is_bot", false);
                json.WriteString("first_name", $"User {user}");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Raw(Utf8JsonWriter json, string name, byte[]? value)
    {
        if (value is null) return;
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    private static void Origin(Utf8JsonWriter json, FakeMessage original, FakeBot viewer)
    {
        json.WriteStartObject("forward_origin");
        if (original.From is { } author)
        {
            json.WriteString("type", "user");
            Raw(json, "sender_user", author.Json);
        }
        else
        {
            json.WriteString("type", "channel");
            Raw(json, "chat", original.Chat.Json);
            json.WriteNumber("message_id", original.IdFor(viewer));
        }

        json.WriteNumber("date", original.Date.ToUnixTimeSeconds());
        json.WriteEndObject();
    }

    private static void Content(Utf8JsonWriter json, FakeMessage message)
    {
        if (message.Rich is { } rich)
        {
            json.WriteStartObject("rich_message");
            json.WritePropertyName("blocks");
            json.WriteRawValue(rich.BlocksJson, skipInputValidation: true);
            json.WriteEndObject();
            return;
        }

        var caption = message.File is not null;
        if (message.File is { } file) File(json, file);
        if (message.Text.Length > 0) json.WriteString(caption ? "caption" : "text", message.Text);
        if (message.Entities.Count == 0) return;
        json.WritePropertyName(caption ? "caption_entities" : "entities");
        Entities(json, message.Entities);
    }

    private static void File(Utf8JsonWriter json, FakeFile file)
    {
        switch (file.Kind)
        {
            case FakeFileKind.Photo:
                json.WriteStartArray("photo");
                json.WriteStartObject();
                Fields(json, file);
                json.WriteNumber("width", 640);
                json.WriteNumber("height", 480);
                json.WriteEndObject();
                json.WriteEndArray();
                return;
            case FakeFileKind.Voice or FakeFileKind.Audio or FakeFileKind.Video:
                json.WriteStartObject(file.Kind switch { FakeFileKind.Voice => "voice", FakeFileKind.Audio => "audio", _ => "video" });
                Fields(json, file);
                json.WriteNumber("duration", Math.Max(1, file.Size / 2_000));
                if (file.Kind == FakeFileKind.Video)
                {
                    json.WriteNumber("width", 640);
                    json.WriteNumber("height", 480);
                }

                break;
            default:
                json.WriteStartObject("document");
                Fields(json, file);
                json.WriteString("file_name", file.Name);
                break;
        }

        json.WriteString("mime_type", file.MimeType);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, FakeFile file)
    {
        json.WriteString("file_id", file.Id);
        json.WriteString("file_unique_id", file.UniqueId);
        json.WriteNumber("file_size", file.Size);
    }
}
