#pragma warning disable OPENAI001 // Authentication policies of the OpenAI client are marked as experimental; Entra with /openai/v1 needs one.
using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Core;
using BotHub.Core.Context;
using BotHub.Core.Models;
using BotHub.Models.Limits;
using BotHub.Models.Remote.Tokens;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace BotHub.Models.Remote;

/// <summary>
/// Makes remote models: the SDK's client, and around it, from inside out, the shape of requests, the meaning of answers, thoughts, time limits,
/// limits, retries. Nothing is called at start: a provider that is away must not keep the hub from starting.
/// </summary>
internal sealed partial class RemoteModels(IHttpClientFactory http, Lazy<TokenCredential> identity, ModelLimiter limiter, TimeProvider clock, ILogger<RemoteModels> logger)
{
    /// <summary>The HTTP client of all remote models.</summary>
    public const string ClientName = "models";

    /// <summary>The SDK's own limit for a silent connection. Ours are shorter; none at all makes it wait for the rest of a stopped answer.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromHours(1);

    public ModelCreation Create(RemoteEntry entry)
    {
        if (entry.Traits is { Encoding: null }) Log.Guessed(logger, entry.Name, entry.Model, entry.Traits.ContextTokens);
        var meter = Meter(entry.Traits);
        IChatClient client = Chat(entry).AsIChatClient();
        client = new RequestShaper(client, entry.Traits, meter, entry.MaxTokens);
        client = new AnswerReader(client, entry.Name, clock);
        client = new ThoughtSplitter(client);
        client = new TokenTimeouts(client, entry.Name, entry.Patience, clock);
        client = limiter.Limit(client, entry, meter, entry.MaxTokens, entry.Traits.Reasons);
        client = new RetryingClient(client, entry.Patience, clock, Random.Shared.NextDouble, logger);
        return new ModelCreation.Ready(new NamedModel(
            entry.Name, entry.Type, client, meter, entry.MaxTokens,
            entry.Type == RemoteEntry.AzureType ? $"{entry.Model} (Azure OpenAI)" : $"{entry.Model} ({entry.Endpoint.Host})") { InHouse = entry.InHouse });
    }

    /// <summary>What a token of Entra is asked for; the clouds of governments and of China have their own.</summary>
    internal static string EntraScope(Uri endpoint) => $"https://cognitiveservices.azure.{(endpoint.Host.Split('.')[^1].ToLowerInvariant() is ("us" or "cn") and var cloud ? cloud : "com")}/.default";

    private static ITokenMeter Meter(ModelTraits traits) => traits.Encoding is { } encoding
        ? new ExactMeter(TokenEncoding.Of(encoding), traits.ContextTokens)
        : new CautiousMeter(traits.ContextTokens);

    private ChatClient Chat(RemoteEntry entry)
    {
        if (entry.Type == RemoteEntry.AzureType && !entry.IsV1)
        {
            var options = Plain(new AzureOpenAIClientOptions { Audience = EntraScope(entry.Endpoint) }, entry);
            var azure = entry.Key is { } key
                ? new AzureOpenAIClient(entry.Endpoint, new ApiKeyCredential(key.Value), options)
                : new AzureOpenAIClient(entry.Endpoint, identity.Value, options);
            return azure.GetChatClient(entry.Target);
        }

        var open = Plain(new OpenAIClientOptions { Endpoint = entry.Endpoint }, entry);
        AuthenticationPolicy credentials = entry switch
        {
            { Key: { } key, Type: RemoteEntry.AzureType } => ApiKeyAuthenticationPolicy.CreateHeaderApiKeyPolicy(new ApiKeyCredential(key.Value), "api-key"),
            { Key: { } key } => ApiKeyAuthenticationPolicy.CreateBearerAuthorizationPolicy(new ApiKeyCredential(key.Value)),
            { Type: RemoteEntry.AzureType } => new BearerTokenPolicy(identity.Value, EntraScope(entry.Endpoint)),
            _ => new NoCredentials(),
        };
        return new ChatClient(entry.Target, credentials, open);
    }

    /// <summary>No retries, no logs and no connections of the SDK's own.</summary>
    private T Plain<T>(T options, RemoteEntry entry)
        where T : ClientPipelineOptions
    {
        options.Transport = new HttpClientPipelineTransport(http.CreateClient(ClientName));
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        options.NetworkTimeout = _silence;
        options.ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false };
        if (entry.ApiVersion is { } version) options.AddPolicy(new ApiVersionPolicy(version), PipelinePosition.PerCall);
        return options;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelTokensGuessed", Level = LogLevel.Warning, Message = "The tokenizer of model {Model} ({Name}) is not known: tokens are counted cautiously, with a context of {Context}. Set Models:{Model}:Encoding and Models:{Model}:ContextTokens if you know them")]
        public static partial void Guessed(ILogger logger, string model, string name, int context);
    }
}
