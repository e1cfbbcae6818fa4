using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using BotHub.Llama.Native;
using Microsoft.Extensions.AI;

namespace BotHub.Llama;

/// <summary>
/// A model's tokenizer and chat format. Thread-safe. Text of messages can never become a special token, and the parts of a
/// prompt are tokenised one by one, so the count of a prompt is exactly the sum of its parts.
/// </summary>
public sealed unsafe class LlamaTokenizer
{
    private const int SentencePiece = 1;
    private const byte Control = 1, EndOfGeneration = 2;
    private const long CacheBytes = 16 << 20;

    private readonly ModelHandle _model;
    private readonly nint _vocab;
    private readonly ChatTemplate _template;
    private readonly byte[] _flags;
    private readonly byte[]?[] _pieces;
    private readonly bool _sentencePiece;
    private readonly int _bos;
    private readonly int[] _newline;
    private readonly ConcurrentDictionary<string, int[]> _templateParts = new(StringComparer.Ordinal);
    private readonly TokenCache _contents = new(CacheBytes);
    private readonly TokenCache _replies = new(CacheBytes);

    internal LlamaTokenizer(LlamaModel model)
    {
        _model = model.Handle;
        _vocab = Api.llama_model_get_vocab(_model);
        var ownTemplate = NativeLibraries.Text(Api.llama_model_chat_template(_model, null));
        _template = new ChatTemplate(model.Options.ChatTemplate ?? (ownTemplate.Length == 0 ? null : ownTemplate), model.Options.ChatTemplate is not null);
        _sentencePiece = Api.llama_vocab_type(_vocab) == SentencePiece;
        _bos = Api.llama_vocab_get_add_bos(_vocab) ? Api.llama_vocab_bos(_vocab) : -1;
        var count = Api.llama_vocab_n_tokens(_vocab);
        _pieces = new byte[]?[count];
        _flags = new byte[count];
        for (var i = 0; i < count; i++)
            _flags[i] = (byte)((Api.llama_vocab_is_control(_vocab, i) ? Control : 0) | (Api.llama_vocab_is_eog(_vocab, i) ? EndOfGeneration : 0));
        _newline = _sentencePiece ? Tokenize("\n", parseSpecial: false) : [];
    }

    /// <summary>Number of different tokens.</summary>
    public int VocabularySize => _flags.Length;

    /// <summary>Number of tokens that the engine evaluates for these messages, the opening of the answer included.</summary>
    /// <exception cref="LlamaException">The chat template is unusable, or a message holds something other than text.</exception>
    public int CountPrompt(IReadOnlyList<ChatMessage> messages)
    {
        var count = 0;
        foreach (var tokens in Encode(messages)) count += tokens.Length;
        return count;
    }

    /// <summary>The tokens that the engine evaluates for these messages.</summary>
    /// <exception cref="LlamaException">The chat template is unusable, or a message holds something other than text.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages)
    {
        var parts = Encode(messages);
        var all = new int[parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var tokens in parts)
        {
            tokens.CopyTo(all, at);
            at += tokens.Length;
        }
        return all;
    }

    /// <summary>Number of tokens of a text as a message's content, without what the chat format puts around it.</summary>
    public int CountText(string text) => Content(text, _contents).Length;

    /// <summary>The tokens of a text as a message's content; no special token is among them.</summary>
    public IReadOnlyList<int> EncodeText(string text) => Content(text, _contents);

    /// <summary>The text of tokens, special ones left out.</summary>
    public string Decode(IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var bytes = new ArrayBufferWriter<byte>(4 * tokens.Count + 1);
        foreach (var token in tokens) bytes.Write(Piece(token));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>True for tokens that the format reserves; a message's content never yields one.</summary>
    public bool IsSpecial(int token) => _flags[token] != 0;

    internal bool EndsGeneration(int token) => (_flags[token] & EndOfGeneration) != 0;

    /// <summary>A token's bytes, which may be part of a code point; empty for special tokens. Do not change them.</summary>
    internal byte[] Piece(int token) => _pieces[token] ??= ReadPiece(token);

    /// <summary>
    /// Keeps how a reply was generated: sampled tokens are not always those that its text would be split into, and only with the
    /// same tokens does the next turn find the reply in the KV cells.
    /// </summary>
    internal void RememberReply(string text, int[] tokens)
    {
        if (text.Length > 0 && !tokens.Any(IsSpecial)) _replies.Set(text, tokens);
    }

    private List<int[]> Encode(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var turns = PromptMessages.From(messages);
        var parts = _template.Render(turns.Roles);
        var result = new List<int[]>(parts.Count + 1);
        foreach (var part in parts)
        {
            if (part.Message < 0)
            {
                result.Add(TemplatePart(part.Text, first: result.Count == 0));
                continue;
            }
            var text = turns.Texts[part.Message];
            if (part.TrimStart) text = text.TrimStart();
            if (part.TrimEnd) text = text.TrimEnd();
            if (text.Length == 0) continue;
            result.Add(turns.Roles[part.Message] == PromptMessages.Assistant && _replies.TryGet(text, out var reply) ? reply : Content(text, _contents));
        }
        // Templates that write the opening token themselves must not get it twice.
        if (_bos >= 0 && (result.Count == 0 || result[0].Length == 0 || result[0][0] != _bos)) result.Insert(0, [_bos]);
        return result;
    }

    private int[] TemplatePart(string text, bool first) => _templateParts.GetOrAdd(
        (first ? "^" : "") + text,
        static (_, s) => s.first ? s.self.Tokenize(s.text, parseSpecial: true) : s.self.Continue(s.text, parseSpecial: true),
        (self: this, text, first));

    private int[] Content(string text, TokenCache cache)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) return [];
        if (cache.TryGet(text, out var tokens)) return tokens;
        tokens = WithoutSpecial(text);
        cache.Set(text, tokens);
        return tokens;
    }

    /// <summary>
    /// The library leaves control tokens in a text alone, but not those that a conversion marked as "user defined". When such
    /// a one appears, its spelling is cut in two.
    /// </summary>
    private int[] WithoutSpecial(string text)
    {
        var tokens = Continue(text, parseSpecial: false);
        var at = Array.FindIndex(tokens, IsSpecial);
        if (at < 0) return tokens;
        var spelling = Spelling(tokens[at]);
        var found = spelling.Length < 2 ? -1 : text.IndexOf(spelling, StringComparison.Ordinal);
        return found < 0
            ? Array.FindAll(tokens, t => !IsSpecial(t))
            : [.. WithoutSpecial(text[..(found + 1)]), .. WithoutSpecial(text[(found + 1)..])];
    }

    /// <summary>
    /// SentencePiece puts a space before whatever it believes to be a text's beginning. For a part that continues one, it gets a
    /// line break in front, which is then taken off again.
    /// </summary>
    private int[] Continue(string text, bool parseSpecial)
    {
        if (!_sentencePiece) return Tokenize(text, parseSpecial);
        var tokens = Tokenize("\n" + text, parseSpecial);
        return tokens.AsSpan().StartsWith(_newline) ? tokens[_newline.Length..] : Tokenize(text, parseSpecial);
    }

    private int[] Tokenize(string text, bool parseSpecial)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var tokens = ArrayPool<int>.Shared.Rent(text.Length + 16);
        using var alive = new ModelUse(_model);
        try
        {
            var length = Encoding.UTF8.GetBytes(text, bytes);
            while (true)
            {
                int count;
                fixed (byte* b = bytes)
                fixed (int* t = tokens)
                    count = Api.llama_tokenize(_vocab, b, length, t, tokens.Length, addSpecial: false, parseSpecial);
                if (count >= 0) return tokens.AsSpan(0, count).ToArray();
                ArrayPool<int>.Shared.Return(tokens);
                tokens = ArrayPool<int>.Shared.Rent(-count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private byte[] ReadPiece(int token) => IsSpecial(token) ? [] : RawPiece(token, special: false);

    private string Spelling(int token) => Encoding.UTF8.GetString(RawPiece(token, special: true));

    private byte[] RawPiece(int token, bool special)
    {
        using var alive = new ModelUse(_model);
        var buffer = new byte[64];
        while (true)
        {
            int length;
            fixed (byte* b = buffer) length = Api.llama_token_to_piece(_vocab, token, b, buffer.Length, 0, special);
            if (length >= 0) return buffer[..length];
            buffer = new byte[-length];
        }
    }

    /// <summary>Keeps the vocabulary's owner from being freed during a call; refuses when it is gone already.</summary>
    private readonly ref struct ModelUse
    {
        private readonly ModelHandle _handle;

        internal ModelUse(ModelHandle handle)
        {
            var added = false;
            handle.DangerousAddRef(ref added);
            _handle = handle;
        }

        public void Dispose() => _handle.DangerousRelease();
    }
}
