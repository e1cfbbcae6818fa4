using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>
/// Counts words, for the models that have no tokenizer (eliza, echo): runs of characters between white space. Messages
/// carry no template, so the sum over the messages is the whole prompt.
/// </summary>
/// <param name="contextLength">The context to report, in words.</param>
internal sealed class WordMeter(int contextLength) : ITokenMeter
{
    /// <inheritdoc />
    public int ContextLength => contextLength;

    /// <inheritdoc />
    public bool Adds => true;

    /// <inheritdoc />
    public int Count(IReadOnlyList<ChatMessage> prompt) => prompt.Sum(message => Words(message.Text));

    /// <summary>The usage of one reply, in words.</summary>
    public static UsageDetails Usage(IReadOnlyList<ChatMessage> prompt, string reply)
    {
        var (input, output) = (prompt.Sum(message => (long)Words(message.Text)), (long)Words(reply));
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }

    // In whole vectors where the text is ASCII: a load test with the echo would measure this loop else, a prompt is counted several times.
    private static int Words(ReadOnlySpan<char> text)
    {
        var units = MemoryMarshal.Cast<char, ushort>(text);
        var (count, inside, done) = (0, false, 0);
        for (; units.Length - done >= Vector128<ushort>.Count; done += Vector128<ushort>.Count)
        {
            var next = Vector128.Create(units[done..]);
            if (Vector128.GreaterThanAny(next, Vector128.Create((ushort)0x7f))) break;
            var blank = Vector128.Equals(next, Vector128.Create((ushort)' ')) | Vector128.LessThan(next - Vector128.Create((ushort)'\t'), Vector128.Create((ushort)5));
            var letters = ~blank.ExtractMostSignificantBits() & 0xff;
            count += BitOperations.PopCount(letters & ~((letters << 1) | (inside ? 1u : 0)));
            inside = (letters & 0x80) != 0;
        }

        foreach (var c in text[done..])
        {
            var blank = char.IsWhiteSpace(c);
            count += !blank && !inside ? 1 : 0;
            inside = !blank;
        }

        return count;
    }
}
