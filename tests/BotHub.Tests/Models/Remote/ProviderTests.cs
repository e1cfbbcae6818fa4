using Azure.Core;
using Azure.Identity;
using BotHub.Core.Pipeline;
using BotHub.FakeOpenAI;
using BotHub.FakeOpenAI.Faults;
using BotHub.Models.Remote;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Remote;

/// <summary>Each way to reach a provider, and each kind of model behind it, through the whole hub.</summary>
public sealed class ProviderTests
{
    [Fact]
    public async Task A_deployment_is_called_by_its_address_with_version_and_key()
    {
        await using var remote = await RemoteHub.StartAsync(("ApiVersion", "2025-04-01-preview"));

        Assert.Equal("You said: hello", await AskAsync(remote, "hello"));

        var request = Assert.Single(remote.Provider.Requests);
        Assert.Equal("/openai/deployments/gpt-4o/chat/completions?api-version=2025-04-01-preview", request.Path);
        Assert.Equal(remote.Provider.Options.Key, request.Headers["api-key"]);
        Assert.Equal(["system", "user"], request.Roles);
        Assert.Equal(4096, request.Body.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Azures_newer_address_is_called_without_a_version()
    {
        await using var provider = await FakeOpenAIServer.StartAsync();
        await using var remote = await RemoteHub.StartAsync(("Endpoint", provider.AzureV1Url.ToString()), ("Key", provider.Options.Key));

        Assert.Equal("You said: hello", await AskAsync(remote, "hello"));

        Assert.Equal("/openai/v1/chat/completions", Assert.Single(provider.Requests).Path);
    }

    [Fact]
    public async Task An_openai_compatible_server_is_called_with_a_bearer()
    {
        await using var remote = await RemoteHub.StartAsync(("Type", "openai-compatible"));

        Assert.Equal("You said: hello", await AskAsync(remote, "hello"));

        var request = Assert.Single(remote.Provider.Requests);
        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal($"Bearer {remote.Provider.Options.Key}", request.Headers["Authorization"]);
    }

    [Theory]
    [InlineData("o3", "developer")]
    [InlineData("o1-mini", "user")]
    public async Task A_reasoning_model_is_asked_as_it_takes_it(string deployment, string role)
    {
        await using var remote = await RemoteHub.StartAsync(("Deployment", deployment));
        var visitor = await remote.Hub.VisitAsync();

        var answer = await visitor.AskAsync("hello");

        Assert.Equal("You said: hello", answer.Text);
        var request = Assert.Single(remote.Provider.Requests);
        Assert.Equal([role, "user"], request.Roles);
        Assert.Equal(25_000, request.Body.GetProperty("max_completion_tokens").GetInt32());
        var ledger = await visitor.LedgerAsync(answer.Turn);
        Assert.True(ledger.GetProperty("reasoningTokens").GetInt32() > 0);
        Assert.True(ledger.GetProperty("completionTokens").GetInt32() > ledger.GetProperty("reasoningTokens").GetInt32());
    }

    [Theory]
    [InlineData("open-thinker")]
    [InlineData("local-thinker")]
    public async Task What_a_model_thinks_is_never_shown(string model)
    {
        await using var remote = await RemoteHub.StartAsync(("Type", "openai-compatible"), ("Model", model));

        Assert.Equal("You said: hello", await AskAsync(remote, "hello"));
    }

    [Theory]
    [InlineData("open-thinker")]
    [InlineData("local-thinker")]
    public async Task What_a_model_thinks_is_told_apart_from_its_answer(string model)
    {
        await using var remote = await RemoteHub.StartAsync(("Type", "openai-compatible"), ("Model", model));
        remote.Hub.Http().Dispose();
        var client = remote.Hub.Services.GetRequiredService<BotHub.Models.ModelDirectory>().Get("cloud").Client;

        var answer = await client.GetResponseAsync("hello", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("You said: hello", answer.Text);
        Assert.Equal("First I think.", string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(c => c.Text)));
    }

    [Fact]
    public async Task A_thought_is_a_sign_of_life_for_as_long_as_it_goes_on()
    {
        await using var remote = await RemoteHub.StartAsync(("Type", "openai-compatible"), ("Model", "open-thinker"), ("FirstTokenTimeout", "00:00:01"), ("TokenTimeout", "00:00:30"), ("Retries", "0"));
        // Silence longer than the first token's time, between thought and answer.
        remote.Provider.Faults.Add(new(FaultKind.SlowAnswer) { Delay = TimeSpan.FromSeconds(2) });

        Assert.Equal("You said: hello", await AskAsync(remote, "hello"));
    }

    [Fact]
    public async Task An_answer_that_is_cut_at_its_limit_offers_to_go_on_and_the_model_does_not_read_the_offer()
    {
        await using var remote = await RemoteHub.StartAsync(("MaxTokens", "4"));
        var visitor = await remote.Hub.VisitAsync();

        var answer = await visitor.AskAsync("one two three four five");
        await visitor.AskAsync("continue");

        Assert.Equal("You said: one two " + Texts.CutShort, answer.Text);
        Assert.Equal("done", answer.State);
        Assert.Equal("length", (await visitor.LedgerAsync(answer.Turn)).GetProperty("finishReason").GetString());
        var told = remote.Provider.Requests[^1].Body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").ToString()).ToList();
        Assert.DoesNotContain(told, t => t.Contains("greatest length", StringComparison.Ordinal));
        Assert.Contains(told, t => t.Contains("You said: one two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_only_thought_says_so()
    {
        await using var remote = await RemoteHub.StartAsync(("Deployment", "o3"), ("MaxTokens", "3"));

        Assert.Equal(Texts.OnlyThought, await AskAsync(remote, "hello"));
    }

    [Fact]
    public async Task What_the_content_filter_said_is_in_the_ledger()
    {
        await using var remote = await RemoteHub.StartAsync();
        remote.Provider.Faults.Add(new(FaultKind.PromptBlocked) { Categories = ["jailbreak"] });
        var visitor = await remote.Hub.VisitAsync();

        var ledger = await visitor.LedgerAsync((await visitor.AskAsync("hello")).Turn);

        Assert.Equal("content_filter", ledger.GetProperty("error").GetString());
        Assert.Equal("prompt", ledger.GetProperty("refused").GetProperty("side").GetString());
        Assert.Equal("jailbreak", Assert.Single(ledger.GetProperty("refused").GetProperty("categories").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_noticeable_wait_is_shown()
    {
        await using var remote = await RemoteHub.StartAsync(("MaxRetryDelay", "00:00:10"));
        remote.Provider.Faults.Add(new(FaultKind.Status) { Status = 429, RetryAfter = 3 });
        var visitor = await remote.Hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        var answer = visitor.AskAsync("hello");

        var waits = await events.NextAsync("CUSTOM");

        Assert.Equal("queue", waits.GetProperty("name").GetString());
        Assert.Equal(1, waits.GetProperty("value").GetProperty("position").GetInt32());
        Assert.InRange(waits.GetProperty("value").GetProperty("seconds").GetInt32(), 3, 4);
        Assert.Equal("You said: hello", (await answer).Text);
    }

    [Fact]
    public async Task Who_stops_a_silent_answer_need_not_wait_for_the_provider()
    {
        await using var remote = await RemoteHub.StartAsync(("TokenTimeout", "00:10:00"));
        remote.Provider.Faults.Add(new(FaultKind.Stall) { AfterChunks = 3 });
        var visitor = await remote.Hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        var answer = visitor.AskAsync("one two three");
        await events.NextAsync("TEXT_MESSAGE_CONTENT");

        using var stopped = await visitor.Http.PostAsync($"{visitor.Base}/stop", null);

        Assert.Equal("stopped", (await answer).State);
        Assert.Equal("You said: next", (await visitor.AskAsync("next")).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("openai/v1")]
    public async Task Without_a_key_azure_is_asked_with_a_token_of_entra(string path)
    {
        await using var provider = await FakeOpenAIServer.StartAsync();
        var identity = new FakeIdentity(provider.Options.Token);
        // Entra's tokens go by https only; the fake speaks http, so the scheme is put right on the way.
        await using var hub = new TestHub(
            ("Models:Default", "cloud"), ("Models:cloud:Type", "azure-openai"), ("Models:cloud:Endpoint", $"https://127.0.0.1:{provider.Url.Port}/{path}"), ("Models:cloud:Deployment", "gpt-4o"))
        {
            ConfiguredModels = true,
            Replace = s => s.AddSingleton(new Lazy<TokenCredential>(() => identity))
                .AddHttpClient(RemoteModels.ClientName).AddHttpMessageHandler(() => new Downgrade()),
        };

        Assert.Equal("You said: hello", (await (await hub.VisitAsync()).AskAsync("hello")).Text);

        Assert.Equal($"Bearer {provider.Options.Token}", Assert.Single(provider.Requests).Headers["Authorization"]);
        Assert.Equal("https://cognitiveservices.azure.com/.default", identity.Scope);
        Assert.DoesNotContain(provider.Options.Token, hub.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://x.openai.azure.com", "com")]
    [InlineData("https://x.openai.azure.US/openai/v1", "us")]
    [InlineData("https://x.openai.azure.cn", "cn")]
    [InlineData("https://models.example.org", "com")]
    public void Each_of_Azures_clouds_has_tokens_of_its_own(string endpoint, string cloud) =>
        Assert.Equal($"https://cognitiveservices.azure.{cloud}/.default", RemoteModels.EntraScope(new Uri(endpoint)));

    [Fact]
    public async Task A_provider_that_is_away_keeps_no_hub_from_starting_and_is_asked_again()
    {
        await using var remote = await RemoteHub.StartAsync(("Endpoint", "http://127.0.0.1:1"), ("Retries", "1"));

        Assert.StartsWith("Sorry, something went wrong", await AskAsync(remote, "hello"), StringComparison.Ordinal);

        Assert.Contains("Models:cloud: the connection failed (ConnectionError). Try 1 of 1 follows", remote.Hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_an_identity_gets_an_honest_message_and_its_operator_the_reason()
    {
        await using var hub = new TestHub(
            ("Models:Default", "cloud"), ("Models:cloud:Type", "azure-openai"), ("Models:cloud:Endpoint", "https://127.0.0.1:1"), ("Models:cloud:Deployment", "gpt-4o"))
        {
            ConfiguredModels = true,
            Replace = s => s.AddSingleton(new Lazy<TokenCredential>(() => new FakeIdentity(null))),
        };

        var answer = await (await hub.VisitAsync()).AskAsync("hello");

        Assert.StartsWith("Sorry, something went wrong", answer.Text, StringComparison.Ordinal);
        Assert.Contains("Models:cloud: no token could be had from Entra", hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tokens_that_were_reserved_are_the_meters_and_those_that_were_used_the_providers()
    {
        await using var remote = await RemoteHub.StartAsync();
        var visitor = await remote.Hub.VisitAsync();

        var ledger = await visitor.LedgerAsync((await visitor.AskAsync("hello")).Turn);

        Assert.Equal(128_000, ledger.GetProperty("contextTokens").GetInt32());
        // The fake counts words: "You", "said:" and "hello".
        Assert.Equal(3, ledger.GetProperty("completionTokens").GetInt32());
    }

    /// <summary>Gives out one token, or none.</summary>
    private sealed class FakeIdentity(string? token) : TokenCredential
    {
        public string? Scope { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scope = Assert.Single(requestContext.Scopes);
            return token is null ? throw new CredentialUnavailableException("There is no identity here.") : new AccessToken(token, DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }

    private sealed class Downgrade : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http" }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private static async Task<string> AskAsync(RemoteHub remote, string text) => (await (await remote.Hub.VisitAsync()).AskAsync(text)).Text;
}
