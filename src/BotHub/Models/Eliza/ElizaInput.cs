using System.Collections.Frozen;
using System.Text;

namespace BotHub.Models.Eliza;

/// <summary>Turns a message into words in capitals and finds its keywords.</summary>
internal static class ElizaInput
{
    /// <summary>
    /// The words of the first clause that has a keyword, replaced as the script says, and its keywords with rules, the one
    /// to answer first in front: a keyword of higher rank than all before it goes to the front, any other to the end.
    /// Without a keyword: the words of the last clause. Clauses end at punctuation and at the word "but".
    /// </summary>
    public static (IReadOnlyList<string> Words, IReadOnlyList<ElizaKeyword> Keywords) Scan(
        string message, FrozenDictionary<string, ElizaKeyword> script)
    {
        List<string> words = [];
        foreach (var clause in Clauses(message))
        {
            words = clause;
            var found = new List<ElizaKeyword>();
            for (var i = 0; i < words.Count; i++)
            {
                if (!script.TryGetValue(words[i], out var keyword))
                    continue;
                words[i] = keyword.Becomes ?? words[i];
                if (keyword.Rules.Count == 0)
                    continue;
                found.Insert(found.Count > 0 && keyword.Rank > found[0].Rank ? 0 : found.Count, keyword);
            }

            if (found.Count > 0)
                return (words, found);
        }

        return (words, []);
    }

    private static IEnumerable<List<string>> Clauses(string message)
    {
        var clause = new List<string>();
        foreach (var token in Tokens(message))
        {
            if (token is not ("." or "BUT"))
                clause.Add(token);
            else if (clause.Count > 0)
            {
                yield return clause;
                clause = [];
            }
        }

        if (clause.Count > 0)
            yield return clause;
    }

    private static IEnumerable<string> Tokens(string message)
    {
        var word = new StringBuilder();
        foreach (var c in message + "\n")
        {
            var letter = c is '’' or '‘' ? '\'' : char.ToUpperInvariant(c);
            if (char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || letter == '\'')
            {
                word.Append(letter);
                continue;
            }

            var text = word.ToString().Trim('\'');
            word.Clear();
            if (text.Length > 0)
                yield return text;
            if (letter is '.' or ',' or '!' or '?' or ';' or ':' or '(' or ')' or '\n' or '—')
                yield return ".";
        }
    }
}
