using BotHub.Models.Eliza;

namespace BotHub.Tests.Models.Eliza;

public sealed class ElizaConversationTests
{
    /// <summary>The conversation printed in CACM 9(1), January 1966, page 36.</summary>
    private static readonly (string User, string Reply)[] Published =
    [
        ("Men are all alike.", "IN WHAT WAY"),
        ("They're always bugging us about something or other.", "CAN YOU THINK OF A SPECIFIC EXAMPLE"),
        ("Well, my boyfriend made me come here.", "YOUR BOYFRIEND MADE YOU COME HERE"),
        ("He says I'm depressed much of the time.", "I AM SORRY TO HEAR YOU ARE DEPRESSED"),
        ("It's true. I am unhappy.", "DO YOU THINK COMING HERE WILL HELP YOU NOT TO BE UNHAPPY"),
        ("I need some help, that much seems certain.", "WHAT WOULD IT MEAN TO YOU IF YOU GOT SOME HELP"),
        ("Perhaps I could learn to get along with my mother.", "TELL ME MORE ABOUT YOUR FAMILY"),
        ("My mother takes care of me.", "WHO ELSE IN YOUR FAMILY TAKES CARE OF YOU"),
        ("My father.", "YOUR FATHER"),
        ("You are like my father in some ways.", "WHAT RESEMBLANCE DO YOU SEE"),
        ("You are not very aggressive but I think you don't want me to notice that.", "WHAT MAKES YOU THINK I AM NOT VERY AGGRESSIVE"),
        ("You don't argue with me.", "WHY DO YOU THINK I DON'T ARGUE WITH YOU"),
        ("You are afraid of me.", "DOES IT PLEASE YOU TO BELIEVE I AM AFRAID OF YOU"),
        ("My father is afraid of everybody.", "WHAT ELSE COMES TO MIND WHEN YOU THINK OF YOUR FATHER"),
        ("Bullies.", "DOES THAT HAVE ANYTHING TO DO WITH THE FACT THAT YOUR BOYFRIEND MADE YOU COME HERE"),
    ];

    [Fact]
    public void The_conversation_published_in_1966_comes_back_word_for_word()
    {
        var conversation = new ElizaConversation(ElizaScripts.Shipped);

        foreach (var (user, reply) in Published)
            Assert.Equal(reply, conversation.Respond(user));
    }

    [Fact]
    public void The_highest_rank_is_answered_first()
    {
        var script = ElizaScripts.Of("key cat\n match *\n say Cat\nkey dog rank 2\n match *\n say Dog");

        Assert.Equal("DOG", new ElizaConversation(script).Respond("my cat and my dog"));
    }

    [Fact]
    public void The_earlier_keyword_wins_among_equals()
    {
        var script = ElizaScripts.Of("key cat\n match *\n say Cat\nkey dog\n match *\n say Dog");

        Assert.Equal("CAT", new ElizaConversation(script).Respond("the cat, no, the dog"));
    }

    [Fact]
    public void Replies_of_a_rule_are_used_in_rotation()
    {
        var conversation = new ElizaConversation(ElizaScripts.Of("key cat\n match *\n say One\n say Two"));

        Assert.Equal(["ONE", "TWO", "ONE"], Enumerable.Range(0, 3).Select(_ => conversation.Respond("cat")));
    }

    [Fact]
    public void Next_leaves_a_keyword_for_the_one_after_it()
    {
        var script = ElizaScripts.Of("key like rank 9\n match * is like *\n say Alike\n match *\n next\nkey cats\n match *\n say Cats");

        Assert.Equal("CATS", new ElizaConversation(script).Respond("I like cats"));
        Assert.Equal("ALIKE", new ElizaConversation(script).Respond("he is like cats"));
    }

    [Fact]
    public void A_keyword_whose_rules_all_fail_ends_in_a_general_remark()
    {
        var script = ElizaScripts.Of("key cat\n match cat *\n say Cat");

        Assert.Equal("GO ON", new ElizaConversation(script).Respond("my cat"));
    }

    [Fact]
    public void A_circle_of_links_ends_in_a_general_remark()
    {
        var script = ElizaScripts.Of("key a\n goto b\nkey b\n goto a");

        Assert.Equal("GO ON", new ElizaConversation(script).Respond("a"));
    }

    [Fact]
    public void What_is_remembered_returns_on_the_fourth_step_only_oldest_first()
    {
        var memory = string.Concat(Enumerable.Repeat(" match * your *\n  say Earlier your $3\n", 4));
        var script = ElizaScripts.Of($"memory my\n{memory}key my = your\n match *\n say Noted");
        var conversation = new ElizaConversation(script);

        string[] messages = ["my cat", "my dog", "hm", "hm", "hm", "hm", "hm"];

        Assert.Equal(
            ["NOTED", "NOTED", "EARLIER YOUR CAT", "GO ON", "SAY MORE", "GO ON", "EARLIER YOUR DOG"],
            messages.Select(conversation.Respond));
    }

    [Theory]
    [InlineData("I’m sad")]
    [InlineData("i'm SAD!!")]
    [InlineData("“I'm sad”")]
    [InlineData("Right... I'm sad; really")]
    public void Typography_and_case_do_not_matter(string message) =>
        Assert.Equal("I AM SORRY TO HEAR YOU ARE SAD", new ElizaConversation(ElizaScripts.Shipped).Respond(message));

    [Theory]
    [InlineData("")]
    [InlineData("...")]
    [InlineData("'")]
    [InlineData("😀")]
    [InlineData("你好")]
    public void Messages_without_any_known_word_get_a_general_remark(string message) =>
        Assert.Equal("I AM NOT SURE I FOLLOW YOU ENTIRELY", new ElizaConversation(ElizaScripts.Shipped).Respond(message));

    [Fact]
    public void A_very_long_message_is_answered_in_linear_time()
    {
        var message = string.Concat(Enumerable.Repeat("I think you think I feel you ", 20_000));

        Assert.NotEmpty(new ElizaConversation(ElizaScripts.Shipped).Respond(message));
    }
}
