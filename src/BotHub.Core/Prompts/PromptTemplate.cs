using System.Text.RegularExpressions;

namespace BotHub.Core.Prompts;

/// <summary>The small template language of prompts: <c>{{variable}}</c>, nothing else.</summary>
public static partial class PromptTemplate
{
    /// <summary>What every variable begins with.</summary>
    public const string Opening = "{{";

    /// <summary>Fills in one line; null when a variable in it has no value.</summary>
    public static string? Fill(string line, PromptVariables variables)
    {
        var complete = true;
        var filled = Variable().Replace(line, match =>
        {
            var value = variables.Value(match.Groups[1].Value);
            complete &= !string.IsNullOrEmpty(value);
            return value ?? "";
        });
        return complete ? filled : null;
    }

    /// <summary>Everything wrong with a prompt's text, each with its line (from 1).</summary>
    public static IEnumerable<(int Line, string Error)> Check(string text)
    {
        var lines = text.Split('\n');
        var lastParagraph = Array.FindLastIndex(lines, Array.FindLastIndex(lines, l => l.Trim().Length > 0) is var end and >= 0 ? end : 0, l => l.Trim().Length == 0);
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (Match match in Variable().Matches(lines[i]))
            {
                var name = match.Groups[1].Value;
                if (!PromptVariables.Names.Contains(name))
                    yield return (i + 1, $"'{{{{{name}}}}}' is not a variable; there are {string.Join(", ", PromptVariables.Names)}");
                else if (PromptVariables.Volatile.Contains(name) && i < lastParagraph)
                    yield return (i + 1, $"'{{{{{name}}}}}' changes from user to user or day to day; use it in the last paragraph only, or every conversation is computed anew");
            }

            var rest = Variable().Replace(lines[i], "");
            if (rest.Contains("{{", StringComparison.Ordinal) || rest.Contains("}}", StringComparison.Ordinal))
                yield return (i + 1, "'{{' and '}}' enclose the name of a variable, on one line");
        }
    }

    [GeneratedRegex(@"\{\{\s*([^{}\s]*)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
