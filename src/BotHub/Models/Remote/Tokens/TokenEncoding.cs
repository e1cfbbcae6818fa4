using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace BotHub.Models.Remote.Tokens;

/// <summary>
/// One of OpenAI's published encodings. Text is cut into pieces and each piece is merged from its bytes by the encoding's ranks. The
/// cutting is done here: the library's own knows no letters beyond 16 bits and takes what people write for control tokens.
/// </summary>
internal sealed partial class TokenEncoding
{
    public const string O200k = "o200k_base";
    public const string Cl100k = "cl100k_base";

    private const string Contractions = "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Digits = @"\p{N}{1,3}";
    private const string Blanks = @"\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly Lazy<TokenEncoding> _o200k = new(() => new TokenEncoding(O200k, O200kPieces()));
    private static readonly Lazy<TokenEncoding> _cl100k = new(() => new TokenEncoding(Cl100k, Cl100kPieces()));

    private readonly Regex _pieces;
    private readonly TiktokenTokenizer _ranks;

    private TokenEncoding(string name, Regex pieces)
    {
        _pieces = pieces;
        _ranks = TiktokenTokenizer.CreateForEncoding(name);
    }

    public static IReadOnlyList<string> Names { get; } = [O200k, Cl100k];

    /// <summary>The encoding of that name; its ranks are read at the first use.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static TokenEncoding Of(string name) => name switch
    {
        O200k => _o200k.Value,
        Cl100k => _cl100k.Value,
        _ => throw new ArgumentException($"There is no encoding '{name}'.", nameof(name)),
    };

    /// <summary>The tokens of a text, control tokens in it taken as ordinary text, as the servers do.</summary>
    public int Count(string text)
    {
        var count = 0;
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            foreach (var piece in _pieces.EnumerateMatches(text)) count += Merge(text.AsSpan(piece.Index, piece.Length));
            return count;
        }

        var (whole, shadow, starts) = Shadow(text);
        foreach (var piece in _pieces.EnumerateMatches(shadow)) count += Merge(whole.AsSpan(starts[piece.Index]..starts[piece.Index + piece.Length]));
        return count;
    }

    private int Merge(ReadOnlySpan<char> piece) => _ranks.CountTokens(piece, considerPreTokenization: false, considerNormalization: false);

    /// <summary>
    /// The text with half characters replaced, as on the wire; the same with one 16-bit character of the same class for every
    /// character; and where each of these stands in the text.
    /// </summary>
    private static (string Whole, string Shadow, List<int> Starts) Shadow(string text)
    {
        var (whole, shadow, starts) = (new StringBuilder(text.Length), new StringBuilder(text.Length), new List<int>(text.Length + 1));
        foreach (var rune in text.EnumerateRunes())
        {
            starts.Add(whole.Length);
            whole.Append(rune);
            shadow.Append(rune.IsBmp ? (char)rune.Value : Likeness(Rune.GetUnicodeCategory(rune)));
        }

        starts.Add(whole.Length);
        return (whole.ToString(), shadow.ToString(), starts);
    }

    private static char Likeness(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0391',
        UnicodeCategory.LowercaseLetter => '\u03b1',
        UnicodeCategory.TitlecaseLetter => '\u01c5',
        UnicodeCategory.ModifierLetter => '\u02b0',
        UnicodeCategory.OtherLetter => '\u05d0',
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => '\u0301',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '\u0661',
        _ => '\u00a7',
    };

    // The pieces of the two encodings, as the file tiktoken_ext/openai_public.py of OpenAI's tiktoken defines them.
    [GeneratedRegex($@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+(?:{Contractions})?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*(?:{Contractions})?|{Digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Blanks}", RegexOptions.CultureInvariant)]
    private static partial Regex O200kPieces();

    [GeneratedRegex($@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{Digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Blanks}", RegexOptions.CultureInvariant)]
    private static partial Regex Cl100kPieces();
}
