using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>The command menu by scope and language.</summary>
internal static class CommandMethods
{
    public static void Set(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        if (!call.TryJson("commands", out var list) || list.ValueKind != JsonValueKind.Array) throw Refused.Bad("expected an Array of BotCommand");
        List<(string, string)> commands = [];
        foreach (var item in list.EnumerateArray())
        {
            var name = (item.Text("command") ?? throw Refused.Bad("can't parse BotCommand: Can't find field \"command\"")).Trim().TrimStart('/');
            var description = (item.Text("description") ?? throw Refused.Bad("can't parse BotCommand: Can't find field \"description\"")).Trim();
            if (name.Length is < 1 or > 32 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')) throw Refused.Bad("BOT_COMMAND_INVALID");
            if (description.Length is < 1 or > 256) throw Refused.Bad("BOT_COMMAND_DESCRIPTION_INVALID");
            commands.Add((name, description));
        }

        if (commands.Count > 100) throw Refused.Bad("BOT_COMMANDS_TOO_MUCH");
        bot.CommandSets[Scope(server, bot, call)] = commands;
        json.WriteBooleanValue(true);
    }

    public static void Get(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (name, description) in bot.CommandSets.GetValueOrDefault(Scope(server, bot, call)) ?? [])
        {
            json.WriteStartObject();
            json.WriteString("command", name);
            json.WriteString("description", description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Delete(FakeTelegramServer server, FakeBot bot, Call call, Utf8JsonWriter json)
    {
        bot.CommandSets.Remove(Scope(server, bot, call));
        json.WriteBooleanValue(true);
    }

    private static (string, string) Scope(FakeTelegramServer server, FakeBot bot, Call call)
    {
        var language = call.Text("language_code");
        if (!call.TryJson("scope", out var scope)) return ("default", language);
        var type = scope.ValueKind == JsonValueKind.Object ? scope.Text("type") : throw Refused.Bad("can't parse BotCommandScope: BotCommandScope must be an Object");
        if (type is "default" or "all_private_chats" or "all_group_chats" or "all_chat_administrators") return (type, language);
        if (type is not ("chat" or "chat_administrators" or "chat_member")) throw Refused.Bad("can't parse BotCommandScope: Unsupported type specified");
        var chat = scope.Integer("chat_id") ?? throw Refused.Bad("can't parse BotCommandScope: Empty chat_id specified");
        if (server.PrivateOf(bot, chat) is null && server.GroupOf(chat)?.Has(bot) != true) throw Refused.Bad("chat not found");
        return (type == "chat_member" ? $"{type}:{chat}:{scope.Integer("user_id")}" : $"{type}:{chat}", language);
    }
}
