namespace BotHub.Models.Eliza;

/// <summary>
/// The hash that picks the memory rule: the middle bits of the square of a word's last six characters in the IBM 7094's
/// six-bit code, as the list-processing library under the 1966 program computed it. Only with this hash does the published
/// conversation come back word for word.
/// </summary>
internal static class ElizaHash
{
    /// <summary>The machine's character code; a tilde stands where a code has no character we could meet.</summary>
    private const string Code = "0123456789~='~~~+ABCDEFGHI~.)~~~-JKLMNOPQR~$*~~~ /STUVWXYZ~,(";

    /// <summary>A number of <paramref name="bits"/> bits (even, at most 14) for a word in capitals.</summary>
    public static int Of(string word, int bits)
    {
        // A word lay in memory in cells of six characters, the last one filled up with spaces; the sign bit does not count.
        var cell = word[((word.Length - 1) / 6 * 6)..].PadRight(6);
        var number = 0UL;
        foreach (var c in cell)
            number = (number << 6) | (uint)Math.Max(0, Code.IndexOf(c, StringComparison.Ordinal));
        number &= 0x7_FFFF_FFFF;
        return (int)((UInt128)number * number >> (35 - bits / 2)) & ((1 << bits) - 1);
    }
}
