using System.Net.Http.Headers;
using System.Text;
using BotHub.FakeTelegram;

namespace BotHub.Tests.Channels.Telegram.Fake;

public sealed class ChatTests
{
    [Fact]
    public async Task Who_cannot_be_written_to_says_why()
    {
        await using var api = await FakeApi.StartAsync(new() { Limits = FloodLimits.Off });
        var group = api.Server.AddGroup("Group", api.Ada);
        async Task<string> To(long chat_id) => (await api.CallAsync("sendMessage", new { chat_id, text = "x" })).Description;

        Assert.Equal("Bad Request: chat not found", await To(5));
        Assert.Equal("Forbidden: bot is not a member of the group chat", await To(group.Id));
        group.Join(api.Bot);
        Assert.Equal("", await To(group.Id));
        group.Kick(api.Bot);
        Assert.Equal("Forbidden: bot was kicked from the group chat", await To(group.Id));
        api.Chat.Block();
        Assert.Equal("Forbidden: bot was blocked by the user", await To(api.Chat.Id));
        api.Chat.Unblock();
        api.Ada.IsDeactivated = true;
        Assert.Equal("Forbidden: user is deactivated", await To(api.Chat.Id));
    }

    [Fact]
    public async Task An_upgraded_group_names_its_supergroup()
    {
        await using var api = await FakeApi.StartAsync();
        var group = api.Server.AddGroup("Group", api.Ada);
        group.Join(api.Bot);

        var next = group.Upgrade();
        var answer = await api.CallAsync("sendMessage", new { chat_id = group.Id, text = "x" });

        Assert.Equal("Bad Request: group chat was upgraded to a supergroup chat", answer.Description);
        Assert.Equal(next.Id, answer.Json.GetProperty("parameters").GetProperty("migrate_to_chat_id").GetInt64());
        Assert.True((await api.CallAsync("sendMessage", new { chat_id = next.Id, text = "x" })).Ok);
    }

    [Fact]
    public async Task Replies_and_threads_must_exist_and_General_is_no_thread()
    {
        await using var api = await FakeApi.StartAsync(new() { Limits = FloodLimits.Off });
        var forum = api.Server.AddSupergroup("Forum", isForum: true, members: [api.Ada]);
        forum.Join(api.Bot);
        var topic = forum.AddTopic("Tools");
        async Task<string> Send(object arguments) => (await api.CallAsync("sendMessage", arguments)).Description;

        Assert.Equal("Bad Request: message to be replied not found", await Send(new { chat_id = api.Chat.Id, text = "x", reply_parameters = new { message_id = 99 } }));
        Assert.Equal("", await Send(new { chat_id = api.Chat.Id, text = "x", reply_parameters = new { message_id = 99, allow_sending_without_reply = true } }));
        Assert.Equal("Bad Request: message thread not found", await Send(new { chat_id = forum.Id, text = "x", message_thread_id = 1 }));
        Assert.Equal("Bad Request: message thread not found", await Send(new { chat_id = forum.Id, text = "x", message_thread_id = 77 }));
        Assert.Equal("", await Send(new { chat_id = forum.Id, text = "x", message_thread_id = topic.Id }));
        Assert.Equal(topic, forum.LastBotMessage!.Topic);
    }

    [Fact]
    public async Task Message_ids_grow_per_bot_in_private_chats_and_groups_and_per_supergroup()
    {
        await using var api = await FakeApi.StartAsync();
        var (group, super) = (api.Server.AddGroup("Group", api.Ada), api.Server.AddSupergroup("Super", members: [api.Ada]));
        group.Join(api.Bot);
        super.Join(api.Bot);

        var first = api.Chat.Say("1").Id;

        Assert.Equal(first + 1, group.Say("/2", api.Ada).Id);
        Assert.Equal(first + 2, api.Chat.Say("3").Id);
        Assert.Equal(2, super.Say("/own count", api.Ada).Id);
    }

    [Fact]
    public async Task Arguments_may_stand_in_a_form_a_query_or_JSON_within_a_string()
    {
        await using var api = await FakeApi.StartAsync();

        using var form = new FormUrlEncodedContent([new("chat_id", $"{api.Chat.Id}"), new("text", "bold"), new("entities", """[{"type":"bold","offset":0,"length":4}]""")]);
        Assert.True((await api.SendAsync("sendMessage", form)).Ok);
        using var empty = new ByteArrayContent([]);
        Assert.True((await api.SendAsync($"sendMessage?chat_id={api.Chat.Id}&text=query", empty)).Ok);
        using var upload = new MultipartFormDataContent { { new StringContent($"{api.Chat.Id}"), "chat_id" }, { new ByteArrayContent([1, 2, 3]), "document", "three.bin" } };
        Assert.True((await api.SendAsync("sendDocument", upload)).Ok);
        using var broken = new ByteArrayContent(Encoding.UTF8.GetBytes("{")) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        Assert.Equal(400, (int)(await api.SendAsync("sendMessage", broken)).Status);

        Assert.Equal(["bold", "query", ""], api.Chat.BotTexts);
        Assert.Equal([1, 2, 3], api.Chat.LastBotMessage!.File!.Bytes);
    }

    [Fact]
    public async Task Unknown_tokens_and_methods_are_told_apart()
    {
        await using var api = await FakeApi.StartAsync();

        Assert.Equal((401, "Unauthorized"), await Outcome("getMe", "1:wrong"));
        Assert.Equal((404, "Not Found: method not found"), await Outcome("sendSparkles", null));
        var old = api.Bot.Token;
        api.Bot.RevokeToken();
        Assert.Equal((401, "Unauthorized"), await Outcome("getMe", old));

        async Task<(int, string)> Outcome(string method, string? token)
        {
            using var empty = new ByteArrayContent([]);
            var answer = await api.SendAsync(method, empty, token);
            return ((int)answer.Status, answer.Description);
        }
    }

    [Fact]
    public async Task A_call_can_act_and_lose_its_answer()
    {
        await using var api = await FakeApi.StartAsync();
        api.Server.Faults.Add(new(FaultKind.ActThenReset) { Method = "sendMessage" });

        await Assert.ThrowsAsync<HttpRequestException>(() => api.SayAsync("did it arrive?"));

        Assert.Equal(["did it arrive?"], api.Chat.BotTexts);
    }
}
