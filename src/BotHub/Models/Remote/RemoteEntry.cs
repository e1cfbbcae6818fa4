namespace BotHub.Models.Remote;

/// <summary><c>azure-openai</c> and <c>openai-compatible</c>: a model that runs elsewhere and speaks OpenAI's chat completions.</summary>
/// <param name="Endpoint">Azure: the resource's address, or its <c>/openai/v1</c>. Else the server's, up to and including <c>/v1</c>.</param>
/// <param name="Target">What the request names: Azure's deployment, else the model.</param>
/// <param name="Model">The model behind it, by which its traits are known.</param>
/// <param name="ApiVersion">Azure's <c>api-version</c>; null: the client's own, or none with <c>/openai/v1</c>.</param>
/// <param name="Key">Null: Entra for Azure, no credentials for others.</param>
/// <param name="MaxTokens">The longest answer in tokens, what is thought included.</param>
/// <param name="InHouse">It runs on machines of the operator's own, and may be told what must not leave the house.</param>
internal sealed record RemoteEntry(
    string Name,
    string Type,
    Uri Endpoint,
    string Target,
    string Model,
    string? ApiVersion,
    Secret? Key,
    ModelTraits Traits,
    int MaxTokens,
    Patience Patience,
    bool InHouse) : ModelEntry(Name, Type)
{
    public const string AzureType = "azure-openai";
    public const string CompatibleType = "openai-compatible";

    private const string V1 = "/openai/v1";

    /// <summary>Azure's newer address, which speaks as OpenAI's own server does.</summary>
    public bool IsV1 => IsV1Path(Endpoint);

    public static bool IsV1Path(Uri endpoint) => endpoint.AbsolutePath.TrimEnd('/').EndsWith(V1, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How long a model is waited for, and how often it is asked again.</summary>
/// <param name="Retries">Further tries after the first, as long as nothing has been said.</param>
/// <param name="RetryDelay">Before the first of them; doubled for each that follows, less a random part.</param>
/// <param name="MaxRetryDelay">The longest of these waits. A provider that asks for more is not waited for.</param>
/// <param name="FirstTokenTimeout">From the request to the first token of thought or answer.</param>
/// <param name="TokenTimeout">From one token to the next.</param>
internal sealed record Patience(int Retries, TimeSpan RetryDelay, TimeSpan MaxRetryDelay, TimeSpan FirstTokenTimeout, TimeSpan TokenTimeout)
{
    /// <summary>A reasoning model may think for a while without a word.</summary>
    public static Patience Default(bool reasons) =>
        new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(reasons ? 180 : 60), TimeSpan.FromSeconds(reasons ? 120 : 30));
}
