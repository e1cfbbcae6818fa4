namespace BotHub.Models.Remote;

/// <summary>Under which role a model takes its instructions.</summary>
internal enum InstructionRole
{
    System,
    Developer,
    /// <summary>It knows neither: they go before the first question.</summary>
    User,
}

/// <summary>What a model can do and what it refuses.</summary>
/// <param name="Encoding">Its tokenizer, a name of <see cref="Tokens.TokenEncoding"/>; null when unknown.</param>
/// <param name="ContextTokens">Prompt and answer together.</param>
/// <param name="MaxOutput">The longest answer it can be asked for, in tokens.</param>
/// <param name="Reasons">
/// It thinks before it answers: the limit is called <c>max_completion_tokens</c> and holds for both, and temperature, top_p and stop
/// are refused.
/// </param>
internal sealed record ModelTraits(string? Encoding, int ContextTokens, int MaxOutput, bool Reasons, InstructionRole Instructions)
{
    /// <summary>The longest answer by default: enough for a chat, and for a thought before it.</summary>
    private const int Answer = 4096, ThoughtAndAnswer = 25_000;

    /// <summary>A model of which nothing is known: small enough for nearly every server.</summary>
    private static readonly ModelTraits Unknown = new(null, 8192, 1024, false, InstructionRole.System);

    /// <summary>
    /// By the beginning of the name, the longest that fits. Numbers from the providers' model pages
    /// (platform.openai.com/docs/models, learn.microsoft.com/azure/ai-foundry/openai/concepts/models). gpt-5 takes 272 000 tokens in
    /// and 128 000 out; counted is the smaller.
    /// </summary>
    private static readonly Dictionary<string, ModelTraits> Families = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gpt-5"] = Thinker(272_000, 128_000),
        ["gpt-5.1"] = Thinker(272_000, 128_000),
        ["gpt-5-chat"] = Speaker(128_000, 16_384),
        ["gpt-5.1-chat"] = Speaker(128_000, 16_384),
        ["o4-mini"] = Thinker(200_000, 100_000),
        ["o3"] = Thinker(200_000, 100_000),
        ["o3-mini"] = Thinker(200_000, 100_000),
        ["o1"] = Thinker(200_000, 100_000),
        ["o1-mini"] = Thinker(128_000, 65_536) with { Instructions = InstructionRole.User },
        ["o1-preview"] = Thinker(128_000, 32_768) with { Instructions = InstructionRole.User },
        ["gpt-4.1"] = Speaker(1_047_576, 32_768),
        ["gpt-4.5"] = Speaker(128_000, 16_384),
        ["gpt-4o"] = Speaker(128_000, 16_384),
        ["chatgpt-4o"] = Speaker(128_000, 16_384),
        ["gpt-4"] = Elder(8192, 4096),
        ["gpt-4-32k"] = Elder(32_768, 4096),
        ["gpt-4-turbo"] = Elder(128_000, 4096),
        ["gpt-4-1106"] = Elder(128_000, 4096),
        ["gpt-4-0125"] = Elder(128_000, 4096),
        ["gpt-3.5-turbo"] = Elder(16_385, 4096),
        ["gpt-35-turbo"] = Elder(16_385, 4096),
    };

    /// <summary>The answer's limit where nobody sets one, in tokens.</summary>
    public int DefaultMaxTokens => Math.Min(MaxOutput, Reasons ? ThoughtAndAnswer : Answer);

    /// <summary>The traits of a model by its name; what stands before the last slash is its maker's.</summary>
    public static ModelTraits Of(string model)
    {
        var name = model[(model.LastIndexOf('/') + 1)..];
        for (var end = name.Length; end > 0; end--)
            if ((end == name.Length || name[end] is '-' or ':') && Families.TryGetValue(name[..end], out var traits)) return traits;
        return Unknown;
    }

    private static ModelTraits Thinker(int context, int output) => new(Tokens.TokenEncoding.O200k, context, output, true, InstructionRole.Developer);

    private static ModelTraits Speaker(int context, int output) => new(Tokens.TokenEncoding.O200k, context, output, false, InstructionRole.System);

    private static ModelTraits Elder(int context, int output) => new(Tokens.TokenEncoding.Cl100k, context, output, false, InstructionRole.System);
}
