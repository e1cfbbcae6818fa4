using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Methods that change what is shown already.</summary>
internal static class EditMethods
{
    private const string NotModified =
        "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

    private static readonly HashSet<string> Emoji =
    [
        .. ("👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 "
            + "🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡").Split(' '),
    ];

    public static void EditMessageText(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        FakeRichMessage? rich = null;
        FormattedText text;
        if (server.RichMessages && call.Has("rich_message"))
        {
            (rich, var source) = RichRules.Read(call, isDraft: false);
            text = new(source, []);
        }
        else
        {
            text = TextRules.Read(call, "text", "entities", TextRules.LongestText, mayBeEmpty: false, server.Options.StrictEntities);
        }

        var preview = SendMethods.LinkPreview(call, out var disabled);
        var markup = Targets.Markup(call);
        var message = Editable(server, bot, call);
        if (message.File is not null) throw Refused.Bad("there is no text in the message to edit");
        if (message.Text == text.Text && message.Rich?.Source == rich?.Source && message.Markup?.Json == markup?.Json && message.Entities.SequenceEqual(text.Entities))
        {
            throw Refused.Bad(NotModified);
        }

        message.Show(text, rich, isEdit: true);
        (message.Markup, message.LinkPreviewJson, message.LinkPreviewDisabled) = (markup, preview, disabled);
        message.EditDate = server.Time.GetUtcNow();
        MessageJson.Write(json, message, bot);
    }

    public static void EditMessageReplyMarkup(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var markup = Targets.Markup(call);
        var message = Editable(server, bot, call);
        if (message.Markup?.Json == markup?.Json) throw Refused.Bad(NotModified);
        message.Markup = markup;
        message.EditDate = server.Time.GetUtcNow();
        MessageJson.Write(json, message, bot);
    }

    public static void DeleteMessage(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var chat = Targets.Writable(server, bot, call);
        var message = Targets.Message(chat, bot, call, "message to delete");
        server.Flood.Spend(bot, chat, call.Method);
        var own = message.From?.Id == bot.Id || (message.From is null && chat.Kind == FakeChatKind.Channel);
        var administrator = chat.Member(bot.Id) is { IsAdministrator: true };
        if (server.Time.GetUtcNow() - message.Date > TimeSpan.FromHours(48) && !administrator) throw Refused.Bad("message can't be deleted for everyone");
        if (!own && !administrator && chat.Kind != FakeChatKind.Private) throw Refused.Bad("message can't be deleted");
        chat.Remove(message);
        json.WriteBooleanValue(true);
    }

    public static void SetMessageReaction(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        List<string> emoji = [];
        if (call.TryJson("reaction", out var reactions) && reactions.ValueKind == JsonValueKind.Array)
        {
            foreach (var reaction in reactions.EnumerateArray())
            {
                if (reaction.Text("type") != "emoji") throw Refused.Bad(reaction.Text("type") is "custom_emoji" or "paid" ? "REACTION_INVALID" : "can't parse ReactionType: invalid reaction type specified");
                var one = (reaction.Text("emoji") ?? "").Replace("\uFE0F", "", StringComparison.Ordinal);
                emoji.Add(Emoji.Contains(one) ? one : throw Refused.Bad("REACTION_INVALID"));
            }
        }

        var chat = Targets.Writable(server, bot, call);
        var message = Targets.Message(chat, bot, call, "message to react");
        if (emoji.Count > 1) throw Refused.Bad("REACTIONS_TOO_MANY");
        message.React(bot.Id, emoji);
        json.WriteBooleanValue(true);
    }

    public static void AnswerCallbackQuery(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        var press = server.PressOf(call.Text("callback_query_id"));
        var tooLate = press is null || press.IsAnswered || press.Message.From?.Id != bot.Id || server.Time.GetUtcNow() - press.At > TimeSpan.FromSeconds(150);
        if (tooLate) throw Refused.Bad("query is too old and response timeout expired or query ID is invalid");
        var text = call.Text("text");
        if (text.Length > 200) throw Refused.Bad("MESSAGE_TOO_LONG");
        call.Chat = press!.Message.Chat;
        (press.IsAnswered, press.Answer, press.ShowAlert) = (true, text, call.Flag("show_alert"));
        json.WriteBooleanValue(true);
    }

    private static FakeMessage Editable(FakeTelegramServer server, FakeBot bot, Call call)
    {
        if (call.Has("inline_message_id")) throw Refused.Bad("message to edit not found");
        var chat = Targets.Writable(server, bot, call);
        var message = Targets.Message(chat, bot, call, "message to edit");
        if (message.From?.Id != bot.Id && chat.Kind != FakeChatKind.Channel) throw Refused.Bad("message can't be edited");
        server.Flood.Spend(bot, chat, call.Method);
        return message;
    }
}
