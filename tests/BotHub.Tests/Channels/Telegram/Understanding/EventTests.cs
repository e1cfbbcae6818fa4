using BotHub.Channels.Telegram;
using BotHub.Core.Conversations;
using static BotHub.Tests.Channels.Telegram.Understanding.Updates;

namespace BotHub.Tests.Channels.Telegram.Understanding;

public sealed class EventTests
{
    [Fact]
    public void Buttons_are_opinions_another_try_and_stop()
    {
        Assert.Equal((new AnswerKey("t12", null), Feedback.Up, "cb"), Rated(Press("fb:+:t12")));
        Assert.Equal((new AnswerKey("t12", null), Feedback.Down, "cb"), Rated(Press("fb:-:t12")));
        Assert.Equal("cb", Assert.IsType<Understood.Stop>(Read(Press("stop"))).Button);
        var again = Said(Press("re:t12"));
        Assert.Equal(("t12", "", "u501", Now, "cb"), (again.Message.Regenerates, again.Message.Text, again.Message.Id, again.Message.At, again.Button));

        static (AnswerKey, Feedback?, string?) Rated(string json) => Assert.IsType<Understood.Rated>(Read(json)) is var r ? (r.Answer, r.Opinion, r.Button) : default;
    }

    [Theory]
    [InlineData("fb:+:12")]
    [InlineData("fb:+:t")]
    [InlineData("fb:*:t12")]
    [InlineData("re:t12:x")]
    [InlineData("re:t123456789012345678901")]
    [InlineData("")]
    public void Other_buttons_are_ignored_and_still_answered(string data) => Assert.Equal("cb", Assert.IsType<Understood.Ignored>(Read(Press(data))).Button);

    [Fact]
    public void A_button_of_a_message_that_is_too_old_to_be_shown_still_names_its_chat() =>
        Assert.Equal(11, Assert.IsType<Understood.Stop>(Read("""
            {"update_id":501,"callback_query":{"id":"cb","from":{"id":11,"is_bot":false,"first_name":"A"},"message":{"chat":{"id":11,"type":"private"},"message_id":5,"date":0},"chat_instance":"1","data":"stop"}}
            """)).Where.Chat);

    [Theory]
    [InlineData("", "👍", Feedback.Up)]
    [InlineData("", "👎", Feedback.Down)]
    [InlineData("👍", "👎", Feedback.Down)]
    [InlineData("👍", "", null)]
    [InlineData("👎", "🎉", null)]
    public void Thumbs_are_opinions_and_can_be_taken_back(string before, string after, Feedback? opinion)
    {
        var rated = Assert.IsType<Understood.Rated>(Read(Reaction(before, after)));

        Assert.Equal((new AnswerKey(null, "40"), opinion), (rated.Answer, rated.Opinion));
    }

    [Theory]
    [InlineData("", "🎉")]
    [InlineData("🎉", "")]
    [InlineData("👍", "👍")]
    public void Other_reactions_are_none(string before, string after) => Assert.IsType<Understood.Ignored>(Read(Reaction(before, after)));

    [Fact]
    public void Stop_in_a_draft_names_chat_and_topic()
    {
        Assert.Equal(new TelegramAddress(7, 11, null), Stopped("""{"chat":{"id":11,"type":"private"},"draft_id":5}"""));
        Assert.Equal(new TelegramAddress(7, 11, 9), Stopped("""{"chat":{"id":11,"type":"private"},"message_thread_id":9,"draft_id":5}"""));

        static TelegramAddress Stopped(string json) => Assert.IsType<Understood.Stop>(Read($$"""{"update_id":1,"stopped_message_generation":{{json}}}""")).Where;
    }

    [Theory]
    [InlineData("kicked", 11, "the bot was blocked")]
    [InlineData("kicked", -100, "the bot was put out")]
    [InlineData("left", -100, "the bot left")]
    public void A_chat_is_gone_when_the_bot_is(string status, long chat, string reason) =>
        Assert.Equal(new Understood.ChatGone(chat, reason), Read(Member(status, chat)));

    [Theory]
    [InlineData("member")]
    [InlineData("administrator")]
    [InlineData("restricted")]
    public void A_chat_is_back_when_the_bot_is(string status) => Assert.Equal(new Understood.ChatBack(11), Read(Member(status, 11)));

    private static string Press(string data) =>
        $$"""{"update_id":501,"callback_query":{"id":"cb","from":{{Ada}},"message":{"message_id":40,"date":1,"chat":{{Private}},"from":{{Bot}},"text":"x"},"chat_instance":"1","data":"{{data}}"} }""";

    private static string Reaction(string before, string after) =>
        $$"""{"update_id":1,"message_reaction":{"chat":{{Private}},"message_id":40,"user":{{Ada}},"date":1,"old_reaction":[{{Emoji(before)}}],"new_reaction":[{{Emoji(after)}}]} }""";

    private static string Emoji(string emoji) => emoji.Length == 0 ? "" : $$"""{"type":"emoji","emoji":"{{emoji}}"}""";

    private static string Member(string status, long chat) =>
        $$"""{"update_id":1,"my_chat_member":{"chat":{"id":{{chat}},"type":"private"},"from":{{Ada}},"date":1,"old_chat_member":{"status":"member","user":{{Bot}}},"new_chat_member":{"status":"{{status}}","user":{{Bot}},"until_date":0} } }""";
}
