using System.Text;
using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Remote.Tokens;

/// <summary>
/// Counts for models whose tokenizer is not known, and rather too many than too few: a token for every three ASCII letters begun, for
/// every digit and every other ASCII sign, one for a letter of two UTF-8 bytes, two for one of three, four for the rest; eight around
/// a message and sixteen for what a server puts before a chat. Ordinary text in any language comes out above the count of the common
/// tokenizers; random letters may not.
/// </summary>
internal sealed class CautiousMeter(int contextLength) : ITokenMeter
{
    private const int LettersPerToken = 3, BlanksPerToken = 2, PerMessage = 8, Opening = 16;

    public int ContextLength => contextLength;

    public int Count(IReadOnlyList<ChatMessage> prompt) => Opening + prompt.Sum(m => PerMessage + Tokens(m.Text));

    private static int Tokens(string text)
    {
        int count = 0, letters = 0, blanks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && Rune.IsLetter(rune))
            {
                if (letters++ % LettersPerToken == 0) count++;
            }
            else
            {
                letters = 0;
            }

            // A single blank belongs to the word behind it.
            if (rune.Value == ' ')
            {
                if (++blanks % BlanksPerToken == 0) count++;
                continue;
            }

            blanks = 0;
            if (!rune.IsAscii || !Rune.IsLetter(rune)) count += rune.Utf8SequenceLength switch { 1 or 2 => 1, 3 => 2, _ => 4 };
        }

        return count;
    }
}
