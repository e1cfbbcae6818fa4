using System.Text;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Methods that make a new message.</summary>
internal static class SendMethods
{
    public static void SendMessage(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var text = TextRules.Read(call, "text", "entities", TextRules.LongestText, mayBeEmpty: false, server.Options.StrictEntities);
        Send(server, bot, call, json, text, null, null);
    }

    public static void SendRichMessage(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var (rich, text) = RichRules.Read(call, isDraft: false);
        Send(server, bot, call, json, new(text, []), rich, null);
    }

    public static void SendPhoto(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json) => SendFile(server, bot, call, json, "photo", FakeFileKind.Photo);

    public static void SendDocument(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json) => SendFile(server, bot, call, json, "document", FakeFileKind.Document);

    private static void SendFile(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json, string field, FakeFileKind kind)
    {
        var caption = TextRules.Read(call, "caption", "caption_entities", TextRules.LongestCaption, mayBeEmpty: true, server.Options.StrictEntities);
        var source = call.Text(field);
        if (source.StartsWith("attach://", StringComparison.Ordinal)) field = source["attach://".Length..];
        FakeFile? file = null;
        if (call.Files?.TryGetValue(field, out var upload) == true)
        {
            if (upload.Bytes.Length == 0) throw Refused.Bad("file must be non-empty");
            file = server.Store(kind, upload.Bytes, upload.Name, upload.MimeType);
        }
        else if (source.Length > 0)
        {
            file = server.FileOf(source) ?? throw Refused.Bad("wrong file identifier/HTTP URL specified");
        }

        Send(server, bot, call, json, caption, null, file ?? throw Refused.Bad($"there is no {field} in the request"));
    }

    private static void Send(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json, FormattedText text, FakeRichMessage? rich, FakeFile? file)
    {
        var preview = LinkPreview(call, out var disabled);
        var markup = Targets.Markup(call);
        var chat = Targets.Writable(server, bot, call);
        var topic = Targets.Topic(chat, call);
        var (reply, quote) = Targets.Reply(chat, bot, call);
        server.Flood.Spend(bot, chat, call.Method);
        var message = new FakeMessage(chat, chat.Kind == FakeChatKind.Channel ? null : bot.Account, server.Time.GetUtcNow(), server.NextKey())
        {
            ReplyTo = reply,
            Quote = quote,
            Topic = topic ?? reply?.Topic,
            File = file,
            Markup = markup,
            IsSilent = call.Flag("disable_notification"),
            LinkPreviewDisabled = disabled,
            LinkPreviewJson = preview,
        };
        message.Show(text, rich, isEdit: false);
        chat.Add(message, [bot]);
        MessageJson.Write(json, message, bot);
        server.Sent(message);
    }

    /// <summary>The options as compact JSON, or empty.</summary>
    public static string LinkPreview(Call call, out bool disabled)
    {
        disabled = call.Flag("disable_web_page_preview");
        if (!call.TryJson("link_preview_options", out var options)) return disabled ? """{"is_disabled":true}""" : "";
        if (options.ValueKind != JsonValueKind.Object) throw Refused.Bad("object expected as link preview options");
        disabled = options.Flag("is_disabled");
        return Encoding.UTF8.GetString(Jsons.Bytes(options, static (writer, options) => options.WriteTo(writer)));
    }
}
