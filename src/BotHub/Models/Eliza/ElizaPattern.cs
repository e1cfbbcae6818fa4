using System.Collections.Frozen;

namespace BotHub.Models.Eliza;

/// <summary>Reads decomposition patterns and matches them against the words of a message.</summary>
internal static class ElizaPattern
{
    /// <summary>Reads a pattern such as <c>* YOU {WANT NEED} *</c>; <paramref name="error"/> says what is wrong with it.</summary>
    public static IReadOnlyList<ElizaElement> Read(string text, out string? error)
    {
        error = null;
        var elements = new List<ElizaElement>();
        var words = text.Replace("{", " { ", StringComparison.Ordinal).Replace("}", " } ", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        HashSet<string>? set = null;
        foreach (var word in words)
        {
            if (word == "{" && set is null)
                set = new HashSet<string>(StringComparer.Ordinal);
            else if (word == "}" && set is { Count: > 0 })
            {
                elements.Add(new ElizaElement.OneOf(set.ToFrozenSet(StringComparer.Ordinal)));
                set = null;
            }
            else if (word is "{" or "}")
                error = "'{' and '}' enclose one or more words and are not nested";
            else if (set is not null)
                set.Add(word);
            else if (word == "*")
                elements.Add(new ElizaElement.Any());
            else if (word is ['<', _, .., '>'])
                elements.Add(new ElizaElement.Tagged(word[1..^1]));
            else
                elements.Add(new ElizaElement.OneOf(new[] { word }.ToFrozenSet(StringComparer.Ordinal)));
        }

        if (set is not null)
            error = "a '{' is not closed";
        if (elements.Count == 0)
            error ??= "'match' needs a pattern; '*' matches everything";
        return elements;
    }

    /// <summary>
    /// Matches a whole message; each <c>*</c> takes as few words as it can. Returns the words each element took, or null.
    /// The work grows with words times elements: only the latest <c>*</c> is ever extended, which is enough because all
    /// other elements take exactly one word.
    /// </summary>
    public static IReadOnlyList<string>? Match(
        IReadOnlyList<ElizaElement> pattern, IReadOnlyList<string> words, FrozenDictionary<string, FrozenSet<string>> tags)
    {
        var starts = new int[pattern.Count + 1];
        var (element, word, star, taken) = (0, 0, -1, 0);
        while (element < pattern.Count || word < words.Count)
        {
            if (element < pattern.Count && pattern[element] is ElizaElement.Any)
            {
                (star, taken) = (element, word);
                starts[element++] = word;
            }
            else if (element < pattern.Count && word < words.Count && Accepts(pattern[element], words[word], tags))
            {
                starts[element++] = word++;
            }
            else if (star < 0 || taken >= words.Count)
            {
                return null;
            }
            else
            {
                word = ++taken;
                element = star + 1;
            }
        }

        starts[pattern.Count] = words.Count;
        var components = new string[pattern.Count];
        for (var i = 0; i < components.Length; i++)
            components[i] = string.Join(' ', words.Skip(starts[i]).Take(starts[i + 1] - starts[i]));
        return components;
    }

    private static bool Accepts(ElizaElement element, string word, FrozenDictionary<string, FrozenSet<string>> tags) => element switch
    {
        ElizaElement.OneOf one => one.Words.Contains(word),
        ElizaElement.Tagged tagged => tags[tagged.Tag].Contains(word),
        _ => false,
    };
}
