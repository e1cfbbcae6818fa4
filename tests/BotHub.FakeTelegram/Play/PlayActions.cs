using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>
/// What can be done over HTTP: <c>POST /play/bots</c>, <c>/play/chats/KEY/say</c>… The names of the arguments are those of the C# surface.
/// </summary>
internal sealed class PlayActions(FakeTelegramServer server)
{
    public FakeChat Chat(string key)
    {
        if (key.Split(':') is [var bot, var user] && long.TryParse(bot, out var botId) && long.TryParse(user, out var userId)) return Private(botId, userId);
        return long.TryParse(key, out var id) && server.Read(() => server.GroupOf(id)) is { } chat ? chat : throw new KeyNotFoundException($"There is no chat {key}.");
    }

    /// <summary>The gate is held. Writes what was made or changed.</summary>
    public void Run(string path, JsonElement body, Utf8JsonWriter json)
    {
        switch (path.Split('/'))
        {
            case ["bots"]: PlayJson.Bot(json, server.AddBot(body.Text("username") ?? "test_bot", body.Text("name"), body.Text("token"))); break;
            case ["bots", var id]: Change(Bot(long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)), body, json); break;
            case ["users"]: json.WriteRawValue(server.AddUser(body.Text("firstName") ?? "Ada", body.Text("username"), body.Text("lastName"), body.Text("languageCode") ?? "en", body.Integer("id")).Json); break;
            case ["chats"]: PlayJson.Chat(json, Make(body)); break;
            case ["chats", var key, var what]: InChat(Chat(key), what, body, json); break;
            case ["updates"]: Bot(body.Integer("bot") ?? 0).Inject(body.Text("raw") ?? throw new ArgumentException("raw is missing.")); Ok(json); break;
            case ["faults"]: PlayControl.Fault(server, body); Ok(json); break;
            case ["limits"]: PlayControl.Limits(server, body); Ok(json); break;
            case ["options"]: PlayControl.Options(server, body); Ok(json); break;
            default: throw new KeyNotFoundException($"Nothing is called {path}.");
        }
    }

    private static void Ok(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", true);
        json.WriteEndObject();
    }

    private FakeBot Bot(long id) => server.BotOf(id) ?? throw new KeyNotFoundException($"There is no bot {id}.");

    private FakeUser User(long? id) => server.UserOf(id ?? 0) ?? throw new KeyNotFoundException($"There is no user {id}.");

    private FakeChat Private(long bot, long user) => server.Write(() => Bot(bot).PrivateChat(User(user)));

    private static void Change(FakeBot bot, JsonElement body, Utf8JsonWriter json)
    {
        if (body.TryGetProperty("privacy", out _)) bot.PrivacyMode = body.Flag("privacy");
        if (body.Integer("extraDeliveries") is { } times) bot.ExtraDeliveries = (int)times;
        if (body.Integer("redeliver") is { } update) bot.Redeliver(update);
        if (body.Flag("revokeToken")) bot.RevokeToken();
        PlayJson.Bot(json, bot);
    }

    private FakeChat Make(JsonElement body)
    {
        var title = body.Text("title") ?? "Group";
        IReadOnlyList<FakeUser> members = body.TryGetProperty("members", out var ids) ? [.. ids.EnumerateArray().Select(id => User(id.AsInteger()))] : [];
        return body.Text("kind") switch
        {
            "private" => Private(body.Integer("bot") ?? 0, body.Integer("user") ?? 0),
            "group" => server.AddGroup(title, members),
            "supergroup" => server.AddSupergroup(title, body.Flag("forum"), body.Text("username"), members),
            "channel" => server.AddChannel(title, body.Text("username"), members),
            var other => throw new ArgumentException($"A chat of kind {other} cannot be made."),
        };
    }

    private void InChat(FakeChat chat, string what, JsonElement body, Utf8JsonWriter json)
    {
        var from = body.Integer("user") is { } id ? User(id) : chat.User;
        FakeMessage Message(string name = "message") =>
            body.Integer(name) is { } key && chat.ByKey(key) is { } found ? found : throw new KeyNotFoundException($"{name} names no message of the chat.");
        var replyTo = body.Integer("replyTo") is null ? null : Message("replyTo");
        var text = body.Text("text") ?? "";
        switch (what)
        {
            case "say": PlayJson.Message(json, chat.Say(text, from, replyTo, body.Text("quote"), body.Integer("topic") is { } topic ? chat.Topic(topic) : null)); return;
            case "start": PlayJson.Message(json, chat.Start(body.Text("payload"))); return;
            case "file": PlayJson.Message(json, SendFile(chat, body, from, replyTo)); return;
            case "forward": PlayJson.Message(json, chat.Forward(Chat(body.Text("chat") ?? chat.Key).ByKey(body.Integer("message") ?? 0) ?? throw new KeyNotFoundException("message names no message."), from)); return;
            case "press": PlayJson.Press(json, chat.Press(Message(), body.Text("button") ?? "", from)); return;
            case "upgrade": PlayJson.Chat(json, chat.Upgrade()); return;
            case "topics": chat.AddTopic(body.Text("name") ?? "Topic"); break;
            case "edit": chat.Edit(Message(), text); break;
            case "delete": chat.Delete(Message()); break;
            case "react": chat.React(Message(), from, body.Text("emoji") is { Length: > 0 } emoji ? [emoji] : []); break;
            case "stop": chat.Stop(); break;
            case "block": chat.Block(); break;
            case "unblock": chat.Unblock(); break;
            case "members": SetMember(chat, User(body.Integer("user")), body.Text("status")); break;
            default: throw new KeyNotFoundException($"Nothing in a chat is called {what}.");
        }

        Ok(json);
    }

    private static FakeMessage SendFile(FakeChat chat, JsonElement body, FakeUser? from, FakeMessage? replyTo)
    {
        var kind = Enum.Parse<FakeFileKind>(body.Text("kind") ?? "Document", ignoreCase: true);
        return chat.SendFile(kind, Convert.FromBase64String(body.Text("base64") ?? ""), body.Text("name") ?? "file.bin", body.Text("mime") ?? "application/octet-stream",
            body.Text("caption") ?? "", from, body.Integer("size"), replyTo);
    }

    private static void SetMember(FakeChat chat, FakeUser user, string? status)
    {
        switch (status)
        {
            case "member": chat.Join(user); break;
            case "administrator": chat.Promote(user); break;
            case "left": chat.Leave(user); break;
            case "kicked": chat.Kick(user); break;
            default: throw new ArgumentException($"{status} is no status to give.");
        }
    }
}
