using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Methods that only tell: the bot, chats, members, files.</summary>
internal static class ChatMethods
{
    private const long LargestDownload = 20 << 20;

    public static void GetMe(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", bot.Id);
        json.WriteBoolean("is_bot", true);
        json.WriteString("first_name", bot.Account.FirstName);
        json.WriteString("username", bot.Username);
        json.WriteBoolean("can_join_groups", true);
        json.WriteBoolean("can_read_all_group_messages", !bot.PrivacyMode);
        json.WriteBoolean("supports_inline_queries", false);
        json.WriteBoolean("can_connect_to_business", false);
        json.WriteBoolean("has_main_web_app", false);
        json.WriteEndObject();
    }

    public static void GetChat(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Known(server, bot, call);
        if (chat.Kind != FakeChatKind.Private && !chat.Has(bot)) Targets.Writable(server, bot, call);
        json.WriteStartObject();
        chat.WriteFields(json);
        json.WriteNumber("accent_color_id", 0);
        json.WriteNumber("max_reaction_count", 11);
        json.WriteStartObject("accepted_gift_types");
        foreach (var gift in (ReadOnlySpan<string>)["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]) json.WriteBoolean(gift, false);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void GetChatMember(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Writable(server, bot, call);
        var user = server.UserOf(call.Integer("user_id")) ?? throw Refused.Bad("invalid user_id specified");
        var isOfPrivate = chat.Kind == FakeChatKind.Private && (user == chat.User || user.Id == bot.Id);
        FakeTelegramServer.MemberJson(json, chat.Member(user.Id) ?? new(user, isOfPrivate ? FakeMemberStatus.Member : FakeMemberStatus.Left));
    }

    public static void GetChatAdministrators(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Writable(server, bot, call);
        if (chat.Kind == FakeChatKind.Private) throw Refused.Bad("there are no administrators in the private chat");
        json.WriteStartArray();
        foreach (var member in chat.Members.Where(m => m.IsAdministrator)) FakeTelegramServer.MemberJson(json, member);
        json.WriteEndArray();
    }

    public static void GetChatMemberCount(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Writable(server, bot, call);
        json.WriteNumberValue(chat.Kind == FakeChatKind.Private ? 2 : chat.Members.Count(m => m.IsInside));
    }

    public static void LeaveChat(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Writable(server, bot, call);
        if (chat.Kind == FakeChatKind.Private) throw Refused.Bad("chat member status can't be changed in private chats");
        chat.SetMember(bot.Account, FakeMemberStatus.Left, "left_chat_member");
        json.WriteBooleanValue(true);
    }

    public static void GetFile(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var file = server.FileOf(call.Text("file_id")) ?? throw Refused.Bad("invalid file_id");
        if (file.Size > LargestDownload) throw Refused.Bad("file is too big");
        json.WriteStartObject();
        json.WriteString("file_id", file.Id);
        json.WriteString("file_unique_id", file.UniqueId);
        json.WriteNumber("file_size", file.Size);
        json.WriteString("file_path", file.Path);
        json.WriteEndObject();
    }
}
