using System.Text;
using BotHub.Core.Conversations;

namespace BotHub.Core.Context;

/// <summary>
/// A message as models are told it: who speaks in a group, what is answered to, whose words are passed on. The marks stand in square
/// brackets on lines of their own, and nothing that people choose (names) can end one early.
/// </summary>
public static class PromptText
{
    private const int LongestName = 64, LongestQuote = 2000;

    /// <summary>Null when the model is told the text alone.</summary>
    public static string? Of(InboundMessage message)
    {
        if (message is { Group: false, Quote: null, ForwardedFrom: null }) return null;
        var text = new StringBuilder();
        if (message.Quote is { } quote)
        {
            text.Append("[In reply to");
            if (quote.Author is { } author) text.Append(' ').Append(Name(author));
            text.Append(": \"").Append(Shorten(quote.Text.Trim(), LongestQuote)).Append("\"]\n");
        }

        if (message.ForwardedFrom is { } source) text.Append("[Forwarded from ").Append(Name(source)).Append("]\n");
        if (message.Group && message.Sender.Name is { } speaker) text.Append(Name(speaker)).Append(": ");
        return text.Append(message.Text).ToString();
    }

    private static string Name(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name)
            if (!char.IsControl(c) && c is not ('[' or ']' or ':')) clean.Append(c);
        return Shorten(clean.ToString().Trim(), LongestName);
    }

    private static string Shorten(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return $"{text[..end]}…";
    }
}
