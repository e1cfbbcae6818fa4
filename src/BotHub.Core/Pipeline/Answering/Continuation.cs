using System.Text;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Joins the end of an answer that another model goes on with to what people have seen of it. Models are told to begin with the last
/// words; what they repeat is dropped, and nothing is let through before that is decided.
/// </summary>
/// <param name="shown">What people have seen, to the letter.</param>
internal sealed class Continuation(string shown)
{
    /// <summary>A shorter match is chance more often than repetition.</summary>
    private const int LeastMatch = 3;

    /// <summary>As much of an answer's beginning, said again, is another answer.</summary>
    private const int NewBeginning = 24;

    /// <summary>How far back a repetition is looked for, in UTF-16 units; one that begins with the answer's first word is found at any length.</summary>
    private const int Reach = 4000;

    private const int AnchorLength = 40;

    private readonly StringBuilder _held = new();
    private bool _joined;

    /// <summary>What the model is given behind the question: the answer so far, and what to do with it.</summary>
    public static IReadOnlyList<ChatMessage> Prompt(string shown) =>
    [
        new(ChatRole.Assistant, shown),
        new(ChatRole.User, $"""
            Your answer above was cut off by a fault. Go on with it in the same language and style. Begin by repeating its last words exactly, which are:
            {Anchor(shown)}
            Then continue from there to the end. Do not start again, do not apologise, and say nothing about the interruption.
            """),
    ];

    /// <summary>More of the continuation came.</summary>
    /// <returns>What may be shown of it; empty while that is not decided.</returns>
    /// <exception cref="ModelCallException">The model started anew: the answer cannot be continued with this.</exception>
    public string Push(string text)
    {
        if (_joined) return text;
        _held.Append(text);
        var held = _held.ToString();
        return MayRepeat(held.AsSpan().TrimStart()) ? "" : Join(held);
    }

    /// <summary>The continuation is over: what was held back.</summary>
    /// <exception cref="ModelCallException">As with <see cref="Push"/>.</exception>
    public string End() => _joined ? "" : Join(_held.ToString());

    /// <summary>As long as all of it stands in the answer's tail, or is how the answer began, more of it may be repetition.</summary>
    private bool MayRepeat(ReadOnlySpan<char> text) =>
        Tail().Contains(text, StringComparison.Ordinal) || shown.AsSpan().TrimStart().StartsWith(text, StringComparison.Ordinal);

    private string Join(string held)
    {
        _joined = true;
        var text = held.AsSpan().TrimStart();
        if (text.Length == 0) return "";
        if (Repeated(held) is > 0 and var asItCame) return held[asItCame..];
        if (Repeated(text) is > 0 and var repeated) return text[repeated..].ToString();
        if (text.CommonPrefixLength(shown.AsSpan().TrimStart()) >= NewBeginning) throw new ModelCallException(ModelFault.Malformed, "The answer was begun anew instead of being continued.");
        // Models leave out the blank before their first word.
        var bare = held.Length == text.Length && NeedsBlank(shown[^1]) && NeedsBlank(text[0]);
        return bare ? $" {text}" : held;
    }

    /// <summary>How much of the continuation's beginning is the answer's end; the longest match counts.</summary>
    private int Repeated(ReadOnlySpan<char> text)
    {
        for (var length = Math.Min(shown.Length, text.Length); length > 0; length--)
            if (shown.AsSpan().EndsWith(text[..length], StringComparison.Ordinal) && (length >= LeastMatch || IsWord(text, length))) return length;
        return 0;
    }

    /// <summary>Whether that much of the continuation, with which the answer ends, is a whole word in both.</summary>
    private bool IsWord(ReadOnlySpan<char> text, int length) =>
        (shown.Length == length || char.IsWhiteSpace(shown[^(length + 1)])) && (text.Length == length || !char.IsLetterOrDigit(text[length]));

    private ReadOnlySpan<char> Tail() => shown.AsSpan()[Math.Max(0, shown.Length - Reach)..];

    /// <summary>Letters of scripts that put blanks between words: not Thai, Lao, Burmese, Khmer, Chinese and Japanese.</summary>
    private static bool NeedsBlank(char c) => char.IsLetterOrDigit(c) && c is not
        (>= '\u0e00' and <= '\u0eff' or >= '\u1000' and <= '\u109f' or >= '\u1780' and <= '\u17ff' or >= '\u2e80' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' or >= '\uff66' and <= '\uff9f');

    /// <summary>The last few words, from the beginning of one.</summary>
    private static string Anchor(string shown)
    {
        if (shown.Length <= AnchorLength) return shown;
        var end = shown.AsSpan()[^AnchorLength..];
        var blank = end.IndexOfAny(' ', '\n');
        if (blank >= 0 && blank < AnchorLength - 1) return end[(blank + 1)..].ToString();
        return (char.IsLowSurrogate(end[0]) ? end[1..] : end).ToString();
    }
}
