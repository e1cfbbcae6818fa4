using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace BotHub.Core.Prompts;

/// <summary>
/// The small template language of prompts: <c>{{variable}}</c>, nothing else. A text is taken apart once and rendered for every turn: the
/// lines before the first variable stay one string.
/// </summary>
public sealed partial class PromptTemplate
{
    private static readonly ConditionalWeakTable<string, PromptTemplate> Parsed = [];

    private readonly List<Line> _lines = [];

    /// <summary>What was rendered lately, each in the place of its variables' hash: mostly few people write at a time, and often.</summary>
    private readonly Rendered?[] _recent = new Rendered?[64];

    private PromptTemplate(string text)
    {
        text = text.Trim();
        var end = Variable().Match(text) is { Success: true } first ? text.LastIndexOf('\n', first.Index) : text.Length;
        if (end > 0) _lines.Add(new Line([new Piece(text[..end], null)]));
        if (end == text.Length) return;
        foreach (var line in text[(end + 1)..].Split('\n')) _lines.Add(Line.Of(end > 0 || _lines.Count > 0 ? $"\n{line}" : line));
    }

    /// <summary>The template that this text is.</summary>
    public static PromptTemplate Of(string text) => Parsed.GetValue(text, static t => new(t));

    /// <summary>The text with its variables filled in, without the lines whose variables have no value.</summary>
    public string Render(PromptVariables variables)
    {
        ref var recent = ref _recent[variables.GetHashCode() & (_recent.Length - 1)];
        if (recent is { } known && known.Variables == variables) return known.Text;
        var text = Fill(variables);
        recent = new Rendered(variables, text);
        return text;
    }

    private string Fill(PromptVariables variables)
    {
        List<string> filled = new(_lines.Count + 8);
        foreach (var line in _lines) line.Fill(variables, filled);
        return string.Concat((ReadOnlySpan<string>)CollectionsMarshal.AsSpan(filled)).Trim();
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

    private sealed record Rendered(PromptVariables Variables, string Text);

    private sealed record Piece(string? Literal, string? Variable);

    private sealed record Line(Piece[] Pieces)
    {
        public static Line Of(string text)
        {
            List<Piece> pieces = [];
            var at = 0;
            foreach (Match match in PromptTemplate.Variable().Matches(text))
            {
                if (match.Index > at) pieces.Add(new Piece(text[at..match.Index], null));
                pieces.Add(new Piece(null, match.Groups[1].Value));
                at = match.Index + match.Length;
            }

            if (at < text.Length) pieces.Add(new Piece(text[at..], null));
            return new Line([.. pieces]);
        }

        /// <summary>Adds the line, or nothing when a variable in it has no value.</summary>
        public void Fill(PromptVariables variables, List<string> into)
        {
            var before = into.Count;
            foreach (var piece in Pieces)
            {
                var value = piece.Literal ?? variables.Value(piece.Variable!);
                if (string.IsNullOrEmpty(value))
                {
                    into.RemoveRange(before, into.Count - before);
                    return;
                }

                into.Add(value);
            }
        }
    }
}
