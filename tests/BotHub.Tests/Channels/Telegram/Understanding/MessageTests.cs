using BotHub.Channels.Telegram;
using BotHub.Core.Conversations;
using static BotHub.Tests.Channels.Telegram.Understanding.Updates;

namespace BotHub.Tests.Channels.Telegram.Understanding;

public sealed class MessageTests
{
    [Fact]
    public void A_private_text_is_a_message()
    {
        var said = Said(Message("\"text\":\"hello\""));

        Assert.Equal(new InboundMessage("u500", ConversationId.Of("telegram", "7", "11"), "Hub", new Sender("11", "Ada Byron", "en-GB"), "hello", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)) { PlatformId = "42" }, said.Message);
        Assert.Equal(new Speaker(11, "ada"), said.Who);
    }

    [Fact]
    public void An_edited_message_revises_the_one_of_its_number()
    {
        var said = Said(Message("\"edit_date\":1700000100,\"text\":\"better\"", kind: "edited_message"));

        Assert.Equal(("42", "42", "better"), (said.Message.PlatformId, said.Message.Revises, said.Message.Text));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_100), said.Message.At);
    }

    [Theory]
    [InlineData("\"text\":\"hello all\"")]
    [InlineData("\"text\":\"hi @hub_bot2\",\"entities\":[{\"type\":\"mention\",\"offset\":3,\"length\":9}]")]
    [InlineData("\"text\":\"mail hub_bot\"")]
    [InlineData("\"text\":\"/help@other_bot\",\"entities\":[{\"type\":\"bot_command\",\"offset\":0,\"length\":15}]")]
    [InlineData("\"text\":\"/weather\",\"entities\":[{\"type\":\"bot_command\",\"offset\":0,\"length\":8}]")]
    [InlineData("\"text\":\"yes\",\"reply_to_message\":{\"message_id\":41,\"date\":1,\"chat\":{\"id\":-100,\"type\":\"supergroup\"},\"from\":{\"id\":12,\"is_bot\":false,\"first_name\":\"Max\"},\"text\":\"tea?\"}")]
    [InlineData("\"text\":\"in a topic\",\"is_topic_message\":true,\"message_thread_id\":5,\"reply_to_message\":{\"message_id\":5,\"date\":1,\"chat\":{\"id\":-100,\"type\":\"supergroup\"},\"from\":{\"id\":7,\"is_bot\":true,\"first_name\":\"Hub\"},\"forum_topic_created\":{\"name\":\"T\",\"icon_color\":1}}")]
    public void A_groups_talk_that_does_not_address_the_bot_is_ignored(string fields)
    {
        Assert.IsType<Understood.Ignored>(Read(Message(fields, Group)));
        Assert.IsType<Understood.Ignored>(Read(Message(fields, Group, kind: "edited_message")));
    }

    [Theory]
    [InlineData("@hub_bot what is tea?", 0, 8, "what is tea?")]
    [InlineData("@HUB_BOT: what is tea?", 0, 8, "what is tea?")]
    [InlineData("what is tea, @hub_bot?", 13, 8, "what is tea,?")]
    [InlineData("hey @hub_bot what is tea", 4, 8, "hey what is tea")]
    [InlineData("👍 @hub_bot tea", 3, 8, "👍 tea")]
    [InlineData("@hub_bot", 0, 8, "@hub_bot")]
    [InlineData("@hub_bot /help", 0, 8, "/help")]
    public void A_mention_addresses_the_bot_and_leaves_the_text(string text, int offset, int length, string rest)
    {
        var said = Said(Message($$"""
            "text":"{{text}}","entities":[{"type":"mention","offset":{{offset}},"length":{{length}}}]
            """, Group));

        Assert.Equal(rest, said.Message.Text);
        Assert.True(said.Message.Group);
    }

    [Theory]
    [InlineData(-5, 8)]
    [InlineData(0, 99)]
    [InlineData(2147483647, 2147483647)]
    [InlineData(3, -1)]
    public void Offsets_outside_of_the_text_are_passed_over(int offset, int length) =>
        Assert.IsType<Understood.Ignored>(Read(Message($$"""
            "text":"@hub_bot","entities":[{"type":"mention","offset":{{offset}},"length":{{length}}}]
            """, Group)));

    [Fact]
    public void A_text_mention_and_a_caption_address_it_too()
    {
        Assert.Equal("tea?", Said(Message("""
            "text":"Hub tea?","entities":[{"type":"text_mention","offset":0,"length":3,"user":{"id":7,"is_bot":true,"first_name":"Hub"}}]
            """, Group)).Message.Text);
        Assert.Equal("what is this", Said(Message("""
            "photo":[{"file_id":"p","file_unique_id":"u","width":1,"height":1}],"caption":"@hub_bot what is this","caption_entities":[{"type":"mention","offset":0,"length":8}]
            """, Group)).Message.Text);
    }

    [Theory]
    [InlineData("/help", "/help")]
    [InlineData("/help@hub_bot", "/help")]
    [InlineData("/HELP@Hub_Bot", "/HELP")]
    [InlineData("/start deep-link", "/start")]
    [InlineData("/ask what is tea?", "what is tea?")]
    [InlineData("/ask@hub_bot\\nwhat is tea?", "what is tea?")]
    [InlineData("/ask", "/help")]
    [InlineData("/weather@hub_bot here", "/weather here")]
    public void A_command_addresses_it_without_its_suffix(string text, string rest)
    {
        var fields = $"\"text\":\"{text}\"";

        Assert.Equal(rest, Said(Message(fields, Group)).Message.Text);
        Assert.Equal(rest, Said(Message(fields)).Message.Text);
    }

    [Fact]
    public void A_reply_to_the_bot_addresses_it_and_quotes_it_by_its_name()
    {
        var said = Said(Message($$"""
            "text":"really?","reply_to_message":{"message_id":40,"date":1,"chat":{{Group}},"from":{{Bot}},"text":"Tea is a drink."}
            """, Group));

        Assert.Equal(("really?", new Quotation("Hub", "Tea is a drink.")), (said.Message.Text, said.Message.Quote));
    }

    [Fact]
    public void What_is_quoted_counts_more_than_what_is_replied_to()
    {
        var reply = """
            "reply_to_message":{"message_id":40,"date":1,"chat":{"id":11,"type":"private"},"from":{"id":12,"is_bot":false,"first_name":"Max"},"text":"Tea is a drink."}
            """;

        Assert.Equal(new Quotation("Max", "Tea"), Said(Message($$"""
            "text":"why?",{{reply}},"quote":{"text":"Tea","position":0}
            """)).Message.Quote);
        Assert.Equal(new Quotation("Eve", "of elsewhere"), Said(Message("""
            "text":"why?","quote":{"text":"of elsewhere","position":0},"external_reply":{"origin":{"type":"hidden_user","sender_user_name":"Eve","date":1}}
            """)).Message.Quote);
        Assert.Equal(new Quotation("Max", "(photo)"), Said(Message("""
            "text":"why?","reply_to_message":{"message_id":40,"date":1,"chat":{"id":11,"type":"private"},"from":{"id":12,"is_bot":false,"first_name":"Max"},"photo":[{"file_id":"p","file_unique_id":"u","width":1,"height":1}]}
            """)).Message.Quote);
    }

    [Theory]
    [InlineData("""{"type":"user","date":1,"sender_user":{"id":12,"is_bot":false,"first_name":"Max"}}""", "Max")]
    [InlineData("""{"type":"hidden_user","date":1,"sender_user_name":"Eve"}""", "Eve")]
    [InlineData("""{"type":"channel","date":1,"message_id":3,"chat":{"id":-5,"type":"channel","title":"News"}}""", "News")]
    [InlineData("""{"type":"chat","date":1,"sender_chat":{"id":-5,"type":"supergroup","title":"Club"}}""", "Club")]
    public void A_forwarded_message_says_whose_it_is(string origin, string name) =>
        Assert.Equal(name, Said(Message($"\"text\":\"news\",\"forward_origin\":{origin}")).Message.ForwardedFrom);

    [Theory]
    [InlineData("\"is_topic_message\":true,\"message_thread_id\":9", false, "telegram:7:-100:9")]
    [InlineData("\"is_topic_message\":true,\"message_thread_id\":1", false, "telegram:7:-100")]
    [InlineData("\"message_thread_id\":9", true, "telegram:7:-100")]
    public void A_topic_is_one_only_where_the_message_says_so(string fields, bool topics, string conversation) =>
        Assert.Equal(conversation, Said(Message($"\"text\":\"/help\",{fields}", Group), HubBot(topics)).Message.Conversation.Value);

    [Theory]
    [InlineData(true, "telegram:7:11:9")]
    [InlineData(false, "telegram:7:11")]
    public void Private_chats_have_topics_where_the_bot_has_them(bool topics, string conversation) =>
        Assert.Equal(conversation, Said(Message("\"text\":\"hi\",\"message_thread_id\":9"), HubBot(topics)).Message.Conversation.Value);

    [Fact]
    public void Who_speaks_in_the_name_of_the_group_counts_as_the_group()
    {
        var said = Said(Message($$"""
            "text":"/help","sender_chat":{{Group}}
            """, Group, """{"id":1087968824,"is_bot":true,"first_name":"Group","username":"GroupAnonymousBot"}"""));

        Assert.Equal((-100, "Workshop"), (said.Who.Id, said.Message.Sender.Name));
    }

    [Theory]
    [InlineData("""{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":11,"type":"private"},"from":{"id":8,"is_bot":true,"first_name":"B"},"text":"beep"}}""")]
    [InlineData("""{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":-5,"type":"channel","title":"News"},"text":"news"}}""")]
    [InlineData("""{"update_id":1,"channel_post":{"message_id":1,"date":1,"chat":{"id":-5,"type":"channel","title":"News"},"text":"news"}}""")]
    [InlineData("""{"update_id":1,"edited_message":{"message_id":1,"date":1,"chat":{"id":11,"type":"private"},"from":{"id":11,"is_bot":false,"first_name":"A"},"location":{"latitude":1,"longitude":2}}}""")]
    [InlineData("""{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":-100,"type":"group"},"from":{"id":11,"is_bot":false,"first_name":"A"},"new_chat_members":[{"id":9,"is_bot":false,"first_name":"N"}]}}""")]
    [InlineData("""{"update_id":1,"business_message":{"message_id":1,"date":1,"chat":{"id":11,"type":"private"},"text":"hi"}}""")]
    [InlineData("""{"update_id":1,"a_kind_of_the_future":{"x":1}}""")]
    public void What_is_not_meant_for_the_bot_is_ignored(string json) => Assert.IsType<Understood.Ignored>(Read(json));

    [Fact]
    public void A_group_that_becomes_a_supergroup_has_moved()
    {
        Assert.Equal(new Understood.ChatMoved(-5, -100), Read(Message("\"migrate_to_chat_id\":-100", """{"id":-5,"type":"group"}""")));
        Assert.Equal(new Understood.ChatMoved(-5, -100), Read(Message("\"migrate_from_chat_id\":-5", Group)));
    }
}
