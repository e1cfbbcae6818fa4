using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>What is shown for seconds only: drafts and "typing…".</summary>
internal static class DraftMethods
{
    private static readonly TimeSpan DraftLives = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ActionLives = TimeSpan.FromSeconds(5);

    private static readonly HashSet<string> Actions =
    [
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio", "upload_audio", "upload_document",
        "choose_sticker", "find_location", "pick_up_location", "record_video_note", "upload_video_note", "cancel",
    ];

    public static void SendMessageDraft(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var text = TextRules.Read(call, "text", "entities", TextRules.LongestText, mayBeEmpty: true, server.Options.StrictEntities);
        Send(server, bot, call, text, null);
        json.WriteBooleanValue(true);
    }

    public static void SendRichMessageDraft(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var (rich, text) = RichRules.Read(call, isDraft: true);
        Send(server, bot, call, new(text, []), rich);
        json.WriteBooleanValue(true);
    }

    public static void SendChatAction(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var action = call.Text("action").ToLowerInvariant();
        if (!Actions.Contains(action)) throw Refused.Bad("wrong parameter action in request");
        var chat = Targets.Writable(server, bot, call);
        Targets.Topic(chat, call);
        server.Flood.Spend(bot, chat, call.Method);
        chat.Type(action == "cancel" ? default : server.Time.GetUtcNow() + ActionLives);
        json.WriteBooleanValue(true);
    }

    private static void Send(FakeTelegramServer server, FakeBot bot, Call call, FormattedText text, FakeRichMessage? rich)
    {
        var chat = Targets.Writable(server, bot, call);
        if (chat.Kind != FakeChatKind.Private) throw Refused.Bad("TEXTDRAFT_PEER_INVALID");
        var topic = Targets.Topic(chat, call);
        var id = call.Integer("draft_id");
        if (id == 0) throw Refused.Bad("RANDOM_ID_INVALID");
        server.Flood.Spend(bot, chat, call.Method);
        chat.Stream(new(id, text.Text, text.Entities, rich, topic?.Id, call.Flag("can_stop"), call.Flag("keep_on_stop"), server.Time.GetUtcNow() + DraftLives));
    }
}
