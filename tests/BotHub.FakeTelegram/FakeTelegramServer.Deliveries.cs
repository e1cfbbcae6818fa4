using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>From what happens in chats to updates of bots. The gate is held everywhere here.</summary>
public sealed partial class FakeTelegramServer
{
    internal static void Deliver(FakeMessage message, bool isEdit)
    {
        var channel = message.Chat.Kind == FakeChatKind.Channel;
        var kind = (channel, isEdit) switch
        {
            (false, false) => UpdateKind.Message,
            (false, true) => UpdateKind.EditedMessage,
            (true, false) => UpdateKind.ChannelPost,
            (true, true) => UpdateKind.EditedChannelPost,
        };
        foreach (var bot in message.Chat.Bots)
        {
            // A bot does not hear itself.
            if (message.From?.Id == bot.Id && message.Service is null) continue;
            if (message.IdFor(bot) == 0 || !bot.Sees(message)) continue;
            bot.Updates.Add(kind, new('m', message.Chat.Id), (message, bot), static (json, state) => MessageJson.Write(json, state.message, state.bot));
        }
    }

    internal FakePress Press(FakeMessage message, string data, FakeUser user)
    {
        var bot = BotOf(message.From?.Id ?? 0) ?? throw new InvalidOperationException("Only messages of bots have buttons that can be pressed.");
        var press = new FakePress($"{bot.Id % 1000}{NextKey():D12}", user, message, data, Time.GetUtcNow());
        _presses[press.Id] = press;
        bot.Updates.Add(UpdateKind.CallbackQuery, new('c', user.Id), (press, bot), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteString("id", state.press.Id);
            MessageJson.Raw(json, "from", state.press.User.Json);
            json.WritePropertyName("message");
            MessageJson.Write(json, state.press.Message, state.bot);
            json.WriteString("chat_instance", $"{state.press.Message.Chat.Id}");
            json.WriteString("data", state.press.Data);
            json.WriteEndObject();
        });
        return press;
    }

    internal FakePress? PressOf(string id) => _presses.GetValueOrDefault(id);

    internal static void React(FakeMessage message, FakeUser user, IReadOnlyList<string> emoji)
    {
        var old = message.React(user.Id, emoji);
        var chat = message.Chat;
        foreach (var bot in chat.Bots)
        {
            if (chat.Kind != FakeChatKind.Private && chat.Member(bot.Id) is not { IsAdministrator: true }) continue;
            if (message.IdFor(bot) == 0) continue;
            bot.Updates.Add(UpdateKind.MessageReaction, new('r', chat.Id), (message, user, old, emoji, bot), static (json, s) =>
            {
                json.WriteStartObject();
                MessageJson.Raw(json, "chat", s.message.Chat.Json);
                json.WriteNumber("message_id", s.message.IdFor(s.bot));
                MessageJson.Raw(json, "user", s.user.Json);
                json.WriteNumber("date", s.bot.Server.Time.GetUtcNow().ToUnixTimeSeconds());
                Reactions(json, "old_reaction", s.old);
                Reactions(json, "new_reaction", s.emoji);
                json.WriteEndObject();
            });
        }
    }

    internal static void DeliverStop(FakeChat chat, FakeDraft draft) =>
        chat.Bot!.Updates.Add(UpdateKind.StoppedMessageGeneration, new('s', chat.Id), (chat, draft), static (json, s) =>
        {
            json.WriteStartObject();
            MessageJson.Raw(json, "chat", s.chat.Json);
            if (s.draft.ThreadId is { } thread) json.WriteNumber("message_thread_id", thread);
            json.WriteNumber("draft_id", s.draft.Id);
            json.WriteEndObject();
        });

    /// <summary>The bot itself hears of its own status; administrators that ask for it, of everyone's.</summary>
    internal void DeliverMember(FakeChat chat, FakeMember old, FakeMember now)
    {
        var actor = chat.Members.FirstOrDefault(m => m.Status == FakeMemberStatus.Creator)?.User ?? now.User;
        foreach (var bot in Bots)
        {
            if (bot.Id == now.User.Id) Tell(bot, UpdateKind.MyChatMember, chat, actor, old, now);
            else if (chat.Member(bot.Id) is { IsAdministrator: true }) Tell(bot, UpdateKind.ChatMember, chat, actor, old, now);
        }
    }

    internal static void DeliverBlock(FakeChat chat)
    {
        var (bot, blocked) = (chat.Bot!, chat.IsBlocked);
        FakeMember Status(bool kicked) => new(bot.Account, kicked ? FakeMemberStatus.Kicked : FakeMemberStatus.Member);
        Tell(bot, UpdateKind.MyChatMember, chat, chat.User!, Status(!blocked), Status(blocked));
    }

    internal static void MemberJson(Utf8JsonWriter json, FakeMember member)
    {
        json.WriteStartObject();
        MessageJson.Raw(json, "user", member.User.Json);
        json.WriteString("status", member.Status.ToString().ToLowerInvariant());
        if (member.Status == FakeMemberStatus.Kicked) json.WriteNumber("until_date", 0);
        if (member.Status == FakeMemberStatus.Creator) json.WriteBoolean("is_anonymous", false);
        if (member.Status == FakeMemberStatus.Administrator)
        {
            foreach (var right in AdministratorRights) json.WriteBoolean(right, right != "is_anonymous");
        }

        json.WriteEndObject();
    }

    private static readonly string[] AdministratorRights =
    [
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
        "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    ];

    private static void Tell(FakeBot bot, UpdateKind kind, FakeChat chat, FakeUser actor, FakeMember old, FakeMember now) =>
        bot.Updates.Add(kind, new('p', chat.Id), (bot, chat, actor, old, now), static (json, s) =>
        {
            json.WriteStartObject();
            MessageJson.Raw(json, "chat", s.chat.Json);
            MessageJson.Raw(json, "from", s.actor.Json);
            json.WriteNumber("date", s.bot.Server.Time.GetUtcNow().ToUnixTimeSeconds());
            json.WritePropertyName("old_chat_member");
            MemberJson(json, s.old);
            json.WritePropertyName("new_chat_member");
            MemberJson(json, s.now);
            json.WriteEndObject();
        });

    private static void Reactions(Utf8JsonWriter json, string name, IReadOnlyList<string> emoji)
    {
        json.WriteStartArray(name);
        foreach (var one in emoji)
        {
            json.WriteStartObject();
            json.WriteString("type", "emoji");
            json.WriteString("emoji", one);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
