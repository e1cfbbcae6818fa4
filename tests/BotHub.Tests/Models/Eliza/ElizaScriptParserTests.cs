using BotHub.Models.Eliza;

namespace BotHub.Tests.Models.Eliza;

public sealed class ElizaScriptParserTests
{
    private const string Frame = "greeting Hello\nnone\n match *\n  say Go on\n";

    [Theory]
    [InlineData("shout loudly", "(5): 'SHOUT' is no statement")]
    [InlineData("key cat\n match *\n  say I see $2", "(7): $2 is used, but the pattern of line 6 has 1 element(s)")]
    [InlineData("key cat\n match *", "(6): this 'match' has no reply")]
    [InlineData("key cat\n say Miaow", "(6): a reply must follow a 'match'")]
    [InlineData("key cat\n goto dog", "(6): there is no key 'DOG' with rules")]
    [InlineData("key cat\n match * <pet> *\n  say Pet", "(6): no key carries the tag 'PET'")]
    [InlineData("key cat\nkey cat", "(6): the key 'CAT' is already there in line 5")]
    [InlineData("key cat rank high", "(5): 'RANK' is not understood")]
    [InlineData("key cat\n match * {a b\n  say No", "(6): a '{' is not closed")]
    [InlineData("key cat\n match *\n  pre you are", "(7): 'pre' is: pre TEXT -> WORD")]
    [InlineData("key my\n match *\n  say Yes\nmemory my\n match *\n  say One", "(8): 'memory' needs exactly 4 pairs")]
    public void An_error_names_its_line(string rules, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => ElizaScriptParser.Parse(Frame + rules, "test.script"));

        Assert.Contains("test.script" + expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var error = Assert.Throws<InvalidDataException>(() => ElizaScriptParser.Parse("shout\nkey a\n goto b", "test.script"));

        Assert.Contains("(1): 'SHOUT'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'greeting' is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("'none' must have", error.Message, StringComparison.Ordinal);
        Assert.Contains("(3): there is no key 'B'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_script_is_right_and_rich() => Assert.InRange(ElizaScripts.Shipped.Keywords.Count, 60, 100);
}
