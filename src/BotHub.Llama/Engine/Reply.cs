using System.Text;

namespace BotHub.Llama;

/// <summary>The text of one answer in the making: from tokens to characters, up to a stop sequence.</summary>
internal sealed class Reply(LlamaTokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly Utf8Stream _characters = new();
    private readonly StopMatcher _stops = new(stops);
    private readonly StringBuilder _text = new();
    private readonly List<int> _tokens = [];

    /// <summary>Tokens taken so far.</summary>
    internal int Count => _tokens.Count;

    internal bool Stopped => _stops.Stopped;

    /// <summary>Takes a token and returns the text to show, or null when a character or a possible stop sequence is unfinished.</summary>
    internal string? Add(int token)
    {
        _tokens.Add(token);
        return Keep(_stops.Push(_characters.Push(tokenizer.Piece(token))));
    }

    /// <summary>The rest of the text when no token follows.</summary>
    internal string? Finish()
    {
        var rest = _stops.Push(_characters.Flush());
        return Keep(_stops.Stopped ? rest : rest + _stops.Flush() is { Length: > 0 } text ? text : null);
    }

    /// <summary>After the model's own end, tells the tokenizer how this text was generated.</summary>
    internal void Remember()
    {
        if (!Stopped) tokenizer.RememberReply(_text.ToString(), [.. _tokens]);
    }

    private string? Keep(string? text)
    {
        _text.Append(text);
        return text;
    }
}
