namespace BotHub.Models.Eliza;

/// <summary>
/// One conversation with the script: rotation counters, what was remembered, and the four-step counter that decides when
/// to come back to it. Fed with the same messages it always gives the same replies. Not thread-safe; made per request.
/// </summary>
internal sealed class ElizaConversation(ElizaScript script)
{
    /// <summary>Links followed for one message before giving up: a script may link in a circle.</summary>
    private const int LinkLimit = 32;

    private readonly int[] _turns = new int[RuleCount(script)];
    private readonly Queue<string> _memory = new();
    private int _step = 1;

    /// <summary>The reply to the next message of the user, in capitals.</summary>
    public string Respond(string message)
    {
        _step = _step % 4 + 1;
        var (words, keywords) = ElizaInput.Scan(message, script.Keywords);
        if (keywords.Count == 0)
            return _step == 4 && _memory.TryDequeue(out var remembered) ? remembered : FromNone(words);

        if (keywords[0].Word == script.MemoryKeyword)
            Remember(words);
        return FromKeywords(words, new LinkedList<ElizaKeyword>(keywords)) ?? FromNone(words);
    }

    private void Remember(IReadOnlyList<string> words)
    {
        var rule = script.Memory[ElizaHash.Of(words[^1], bits: 2)];
        if (ElizaPattern.Match(rule.Pattern, words, script.Tags) is { } components)
            _memory.Enqueue(((ElizaReply.Say)rule.Replies[0]).Text.Fill(components));
    }

    private string? FromKeywords(IReadOnlyList<string> words, LinkedList<ElizaKeyword> keywords)
    {
        for (var links = 0; keywords.First is { } first && links < LinkLimit; links++)
        {
            keywords.RemoveFirst();
            var (reply, components) = Apply(first.Value.Rules, words);
            switch (reply)
            {
                case ElizaReply.Say say:
                    return say.Text.Fill(components);
                case ElizaReply.Goto link:
                    keywords.AddFirst(script.Keywords[link.Keyword]);
                    break;
                case ElizaReply.Pre pre:
                    words = pre.Text.Fill(components).Split(' ');
                    keywords.AddFirst(script.Keywords[pre.Keyword]);
                    break;
            }
        }

        return null;
    }

    private string FromNone(IReadOnlyList<string> words) =>
        Apply(script.None, words) is (ElizaReply.Say say, var components) ? say.Text.Fill(components) : script.Greeting;

    /// <summary>The reply whose turn it is under the first rule that matches; null where none does.</summary>
    private (ElizaReply? Reply, IReadOnlyList<string> Components) Apply(IReadOnlyList<ElizaRule> rules, IReadOnlyList<string> words)
    {
        foreach (var rule in rules)
        {
            if (ElizaPattern.Match(rule.Pattern, words, script.Tags) is not { } components)
                continue;
            var turn = _turns[rule.Index]++ % rule.Replies.Count;
            return (rule.Replies[turn], components);
        }

        return (null, []);
    }

    private static int RuleCount(ElizaScript script) =>
        script.None.Count + script.Memory.Count + script.Keywords.Values.Sum(k => k.Rules.Count);
}
