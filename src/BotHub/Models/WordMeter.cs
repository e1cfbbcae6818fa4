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
    public int Count(IReadOnlyList<ChatMessage> prompt) => prompt.Sum(message => Words(message.Text));

    /// <summary>The usage of one reply, in words.</summary>
    public static UsageDetails Usage(IReadOnlyList<ChatMessage> prompt, string reply)
    {
        var (input, output) = (prompt.Sum(message => (long)Words(message.Text)), (long)Words(reply));
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }

    private static int Words(ReadOnlySpan<char> text)
    {
        var (count, inside) = (0, false);
        foreach (var c in text)
        {
            var blank = char.IsWhiteSpace(c);
            count += !blank && !inside ? 1 : 0;
            inside = !blank;
        }

        return count;
    }
}
