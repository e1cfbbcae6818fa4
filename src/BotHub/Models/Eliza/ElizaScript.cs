using System.Collections.Frozen;
using System.Text;

namespace BotHub.Models.Eliza;

/// <summary>A checked script: what <c>prompts/eliza.script</c> says, in capitals, every link resolvable.</summary>
/// <param name="Greeting">Said when there is no message to answer yet.</param>
/// <param name="Keywords">Every keyword by its word.</param>
/// <param name="None">The rules for messages in which no keyword helps.</param>
/// <param name="MemoryKeyword">The keyword whose messages are remembered, or null.</param>
/// <param name="Memory">Four rules with one reply each, or none.</param>
/// <param name="Tags">The words that carry each tag.</param>
internal sealed record ElizaScript(
    string Greeting,
    FrozenDictionary<string, ElizaKeyword> Keywords,
    IReadOnlyList<ElizaRule> None,
    string? MemoryKeyword,
    IReadOnlyList<ElizaRule> Memory,
    FrozenDictionary<string, FrozenSet<string>> Tags);

/// <summary>A keyword: what it becomes in the message, how early it is answered, and its rules (none: only a replacement).</summary>
internal sealed record ElizaKeyword(string Word, string? Becomes, int Rank, IReadOnlyList<ElizaRule> Rules);

/// <summary>
/// One decomposition and its replies, used in rotation. <paramref name="Index"/> numbers the rules of a script, so that a
/// conversation can keep its rotation counters in one array.
/// </summary>
internal sealed record ElizaRule(int Index, IReadOnlyList<ElizaElement> Pattern, IReadOnlyList<ElizaReply> Replies);

/// <summary>What a pattern may contain: any number of words, or exactly one word out of a set or with a tag.</summary>
internal abstract record ElizaElement
{
    private ElizaElement()
    {
    }

    /// <summary>Any number of words, also none.</summary>
    internal sealed record Any : ElizaElement;

    /// <summary>One of these words.</summary>
    internal sealed record OneOf(FrozenSet<string> Words) : ElizaElement;

    /// <summary>One word with this tag.</summary>
    internal sealed record Tagged(string Tag) : ElizaElement;
}

/// <summary>What follows a match.</summary>
internal abstract record ElizaReply
{
    private ElizaReply()
    {
    }

    /// <summary>Answer with this text.</summary>
    internal sealed record Say(ElizaTemplate Text) : ElizaReply;

    /// <summary>Answer with the rules of another keyword.</summary>
    internal sealed record Goto(string Keyword) : ElizaReply;

    /// <summary>Replace the message, then answer with the rules of another keyword.</summary>
    internal sealed record Pre(ElizaTemplate Text, string Keyword) : ElizaReply;

    /// <summary>Leave this keyword for the next one found in the message.</summary>
    internal sealed record Next : ElizaReply;
}

/// <summary>Text in which <c>$n</c> stands for the words that the pattern's n-th element matched.</summary>
internal sealed record ElizaTemplate(string Text)
{
    /// <summary>The highest n in the text; 0 where there is none.</summary>
    public int HighestComponent
    {
        get
        {
            var highest = 0;
            for (var i = 0; i + 1 < Text.Length; i++)
                if (Text[i] == '$' && char.IsAsciiDigit(Text[i + 1]))
                    highest = Math.Max(highest, Text[i + 1] - '0');
            return highest;
        }
    }

    /// <summary>Fills in the components; a component without words leaves no gap.</summary>
    public string Fill(IReadOnlyList<string> components)
    {
        var filled = new StringBuilder(Text.Length + 32);
        for (var i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '$' && i + 1 < Text.Length && char.IsAsciiDigit(Text[i + 1]))
                filled.Append(components[Text[++i] - '1']);
            else
                filled.Append(Text[i]);
        }

        return string.Join(' ', filled.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
