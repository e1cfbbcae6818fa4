using System.Collections.Frozen;
using System.Text.Json;

namespace BotHub.FakeTelegram;

internal delegate void ApiMethod(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json);

/// <summary>From the name of a method to what it does, under the gate, and to its answer.</summary>
internal static class Dispatcher
{
    private static readonly FrozenDictionary<string, ApiMethod> Methods = new Dictionary<string, ApiMethod>
    {
        ["getMe"] = ChatMethods.GetMe,
        ["getChat"] = ChatMethods.GetChat,
        ["getChatMember"] = ChatMethods.GetChatMember,
        ["getChatAdministrators"] = ChatMethods.GetChatAdministrators,
        ["getChatMemberCount"] = ChatMethods.GetChatMemberCount,
        ["leaveChat"] = ChatMethods.LeaveChat,
        ["setWebhook"] = WebhookMethods.Set,
        ["deleteWebhook"] = WebhookMethods.Delete,
        ["getWebhookInfo"] = WebhookMethods.Info,
        ["sendMessage"] = SendMethods.SendMessage,
        ["sendRichMessage"] = SendMethods.SendRichMessage,
        ["sendPhoto"] = SendMethods.SendPhoto,
        ["sendDocument"] = SendMethods.SendDocument,
        ["sendMessageDraft"] = DraftMethods.SendMessageDraft,
        ["sendRichMessageDraft"] = DraftMethods.SendRichMessageDraft,
        ["sendChatAction"] = DraftMethods.SendChatAction,
        ["editMessageText"] = EditMethods.EditMessageText,
        ["editMessageReplyMarkup"] = EditMethods.EditMessageReplyMarkup,
        ["deleteMessage"] = EditMethods.DeleteMessage,
        ["setMessageReaction"] = EditMethods.SetMessageReaction,
        ["answerCallbackQuery"] = EditMethods.AnswerCallbackQuery,
        ["setMyCommands"] = CommandMethods.Set,
        ["getMyCommands"] = CommandMethods.Get,
        ["deleteMyCommands"] = CommandMethods.Delete,
        ["getFile"] = ChatMethods.GetFile,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = Methods.Keys.ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The method's name as it is listed; an unknown one as it is.</summary>
    public static string NameOf(ReadOnlySpan<char> name) =>
        Names.TryGetValue(name, out var known) ? known : name.ToString();

    /// <summary>Runs the call. The pad holds the whole answer; it must be given back.</summary>
    public static Jsons.Pad Execute(FakeTelegramServer server, FakeBot bot, Call call, out Refused? refused)
    {
        refused = null;
        var pad = Jsons.Rent();
        lock (server.Gate)
        {
            try
            {
                if (!Methods.TryGetValue(call.Method, out var method) || (!server.RichMessages && call.Method.StartsWith("sendRich", StringComparison.OrdinalIgnoreCase)))
                {
                    throw new Refused(404, "Not Found: method not found");
                }

                Begin(pad.Writer);
                method(server, bot, call, pad.Writer);
                pad.Writer.WriteEndObject();
            }
            catch (Refused e)
            {
                refused = e;
                pad.Writer.Reset();
                pad.Buffer.ResetWrittenCount();
                Error(pad.Writer, e);
            }

            Record(server, bot, call, refused);
        }

        pad.Writer.Flush();
        return pad;
    }

    /// <summary>Writes the answer of a call that ran outside of the gate.</summary>
    public static Jsons.Pad Finish<T>(FakeTelegramServer server, FakeBot bot, Call call, Refused? refused, T result, Action<Utf8JsonWriter, T> write)
    {
        var pad = Jsons.Rent();
        if (refused is null)
        {
            Begin(pad.Writer);
            write(pad.Writer, result);
            pad.Writer.WriteEndObject();
        }
        else
        {
            Error(pad.Writer, refused);
        }

        pad.Writer.Flush();
        lock (server.Gate) Record(server, bot, call, refused);
        return pad;
    }

    public static void Error(Utf8JsonWriter json, Refused refused)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", false);
        json.WriteNumber("error_code", refused.Code);
        json.WriteString("description", refused.Message);
        if (refused.RetryAfter is not null || refused.MigrateTo is not null)
        {
            json.WriteStartObject("parameters");
            if (refused.RetryAfter is { } seconds) json.WriteNumber("retry_after", seconds);
            if (refused.MigrateTo is { } chat) json.WriteNumber("migrate_to_chat_id", chat);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void Record(FakeTelegramServer server, FakeBot bot, Call call, Refused? refused, string note = "")
    {
        server.Calls.Add(bot, call.Method, call.Chat, refused?.Code ?? 200, refused?.Message ?? note);
        if (refused is not null)
        {
            server.Flood.Record(new(server.Time.GetUtcNow(), bot.Id, call.Method, call.Chat?.Id, refused.Code, refused.Message, refused.RetryAfter));
        }

        server.Changed();
    }

    private static void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", true);
        json.WritePropertyName("result");
    }
}
