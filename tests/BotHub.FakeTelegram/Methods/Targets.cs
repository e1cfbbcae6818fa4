using System.Text;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Finds what a call is about, or refuses it with the real server's words.</summary>
internal static class Targets
{
    /// <summary>The chat of <c>chat_id</c>, writable for the bot.</summary>
    public static FakeChat Writable(FakeTelegramServer server, FakeBot bot, Call call)
    {
        var chat = Known(server, bot, call);
        if (chat.UpgradedTo is { } next) throw Refused.Moved(next.Id);
        if (chat.Kind == FakeChatKind.Private)
        {
            if (chat.User!.IsDeactivated) throw Refused.Forbidden("user is deactivated");
            if (chat.IsBlocked) throw Refused.Forbidden("bot was blocked by the user");
            return chat;
        }

        var kind = chat.TypeName;
        switch (chat.Member(bot.Id))
        {
            case null or { Status: FakeMemberStatus.Left }: throw Refused.Forbidden($"bot is not a member of the {kind} chat");
            case { Status: FakeMemberStatus.Kicked }: throw Refused.Forbidden($"bot was kicked from the {kind} chat");
            case { IsAdministrator: false } when chat.Kind == FakeChatKind.Channel: throw Refused.Bad("need administrator rights in the channel chat");
            default: return chat;
        }
    }

    public static FakeChat Known(FakeTelegramServer server, FakeBot bot, Call call)
    {
        var id = call.Text("chat_id");
        if (id.Length == 0) throw Refused.Bad("chat_id is empty");
        FakeChat? chat = null;
        if (id[0] == '@') chat = server.GroupOf(id[1..]);
        else if (long.TryParse(id, out var number)) chat = server.PrivateOf(bot, number) ?? server.GroupOf(number);
        return call.Chat = chat ?? throw Refused.Bad("chat not found");
    }

    /// <summary>The topic of <c>message_thread_id</c>. General has none: its id is refused like any other unknown one.</summary>
    public static FakeTopic? Topic(FakeChat chat, Call call)
    {
        var id = call.Integer("message_thread_id");
        return id == 0 ? null : chat.Topic(id) ?? throw Refused.Bad("message thread not found");
    }

    public static (FakeMessage? Message, FakeQuote? Quote) Reply(FakeChat chat, FakeBot bot, Call call)
    {
        var id = call.Integer("reply_to_message_id");
        var lenient = call.Flag("allow_sending_without_reply");
        string? quote = null;
        if (call.TryJson("reply_parameters", out var parameters))
        {
            if (parameters.ValueKind != JsonValueKind.Object) throw Refused.Bad("object expected as reply parameters");
            id = parameters.Integer("message_id") ?? 0;
            lenient = parameters.Flag("allow_sending_without_reply");
            quote = parameters.Text("quote");
        }

        if (id == 0) return (null, null);
        var message = chat.Find(bot, id);
        if (message is null) return lenient ? (null, null) : throw Refused.Bad("message to be replied not found");
        if (string.IsNullOrEmpty(quote)) return (message, null);
        var at = message.Text.IndexOf(quote, StringComparison.Ordinal);
        return at >= 0 && quote.Length <= 1024 ? (message, new(quote, at)) : throw Refused.Bad("QUOTE_TEXT_INVALID");
    }

    /// <param name="what">As in "message to edit not found".</param>
    public static FakeMessage Message(FakeChat chat, FakeBot bot, Call call, string what)
    {
        var id = call.Integer("message_id");
        if (id == 0) throw Refused.Bad("message identifier is not specified");
        return chat.Find(bot, id) ?? throw Refused.Bad($"{what} not found");
    }

    public static FakeMarkup? Markup(Call call)
    {
        if (!call.TryJson("reply_markup", out var json)) return null;
        if (json.ValueKind != JsonValueKind.Object) throw Refused.Bad("object expected as reply markup");
        var compact = Encoding.UTF8.GetString(Jsons.Bytes(json, static (writer, json) => json.WriteTo(writer)));
        if (!json.TryGetProperty("inline_keyboard", out var rows)) return new(compact, []);
        if (rows.ValueKind != JsonValueKind.Array) throw Refused.Bad("field \"inline_keyboard\" must be an Array of Arrays");
        List<IReadOnlyList<FakeButton>> keyboard = [];
        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array) throw Refused.Bad("field \"inline_keyboard\" must be an Array of Arrays");
            List<FakeButton> buttons = [.. row.EnumerateArray().Select(Button)];
            if (buttons.Count > 0) keyboard.Add(buttons);
        }

        if (keyboard.Sum(row => row.Count) > 100) throw Refused.Bad("reply markup is too long");
        return new(compact, keyboard);
    }

    private static FakeButton Button(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Refused.Bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object");
        var text = json.Text("text") ?? throw Refused.Bad("can't parse inline keyboard button: Can't find field \"text\"");
        if (text.Trim().Length == 0) throw Refused.Bad("inline keyboard button text must be non-empty");
        var data = json.Text("callback_data");
        if (data is not null && Encoding.UTF8.GetByteCount(data) is < 1 or > 64) throw Refused.Bad("BUTTON_DATA_INVALID");
        var url = json.Text("url");
        if (url is not null && Links.Checked(url) is null && Links.UserOf(url) is null) throw Refused.Bad($"inline keyboard button URL '{url}' is invalid");
        if (data is null && url is null && !json.TryGetProperty("copy_text", out _) && !json.TryGetProperty("web_app", out _)
            && !json.TryGetProperty("switch_inline_query", out _) && !json.TryGetProperty("switch_inline_query_current_chat", out _))
        {
            throw Refused.Bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
        }

        return new(text, data, url);
    }
}
