using System.Text;
using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Remote.Tokens;

/// <summary>
/// Counts for models whose tokenizer is not known, and rather too many than too few: a token for every three ASCII letters begun, for
/// every digit and every other ASCII sign, one and a half for a sign of two UTF-8 bytes, two and a half for one of three, four for the
/// rest, one for each byte of digits and fractions beyond ASCII; eight around a message and sixteen for what a server puts before a chat.
/// Ordinary text in any language comes out above the count of the common tokenizers, those of small English models included; random
/// letters may not.
/// </summary>
internal sealed class CautiousMeter(int contextLength) : ITokenMeter
{
    private const int LettersPerToken = 3, BlanksPerToken = 2, PerMessage = 8, Opening = 16;

    /// <summary>What is counted with, so that parts of a token add up.</summary>
    private const int Quarters = 4;

    public int ContextLength => contextLength;

    public bool Adds => true;

    public int Count(IReadOnlyList<ChatMessage> prompt) => Opening + prompt.Sum(m => PerMessage + Tokens(m.Text));

    private static int Tokens(string text)
    {
        int quarters = 0, letters = 0, blanks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == ' ')
            {
                letters = 0;
                if (++blanks % BlanksPerToken == 0) quarters += Quarters;
            }
            else if (rune.IsAscii && Rune.IsLetter(rune))
            {
                blanks = 0;
                if (letters++ % LettersPerToken == 0) quarters += Quarters;
            }
            else
            {
                // A single blank belongs to the word behind it, where the tokenizer has words in its letters.
                if (blanks % BlanksPerToken == 1 && !rune.IsAscii) quarters += Quarters;
                blanks = letters = 0;
                quarters += rune.IsAscii ? Quarters : Beyond(rune);
            }
        }

        return (quarters + Quarters - 1) / Quarters;
    }

    private static int Beyond(Rune rune) => rune.Utf8SequenceLength switch
    {
        var bytes when Rune.IsNumber(rune) => Quarters * bytes,
        2 => 6,
        3 => 10,
        _ => 4 * Quarters,
    };
}
