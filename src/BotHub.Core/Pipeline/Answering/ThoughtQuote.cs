using System.Text;

namespace BotHub.Core.Pipeline;

/// <summary>A model's thoughts as a quotation in Markdown, which every channel shows as one, apart from the answer.</summary>
internal sealed class ThoughtQuote
{
    private bool _begun, _atLineStart;

    /// <returns>What to show of it; every line of thought is a line of the quotation.</returns>
    public string Push(string text)
    {
        var quote = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\r' || (!_begun && char.IsWhiteSpace(c))) continue;
            if (!_begun) quote.Append("> 💭 ");
            else if (_atLineStart) quote.Append("> ");
            _begun = true;
            _atLineStart = c == '\n';
            quote.Append(c);
        }

        return quote.ToString();
    }

    /// <returns>What ends the quotation; empty when none was begun.</returns>
    public string End() => !_begun ? "" : _atLineStart ? "\n" : "\n\n";
}
