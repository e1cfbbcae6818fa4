using BotHub.Models;
using BotHub.Models.Remote;
using Microsoft.Extensions.Configuration;

namespace BotHub.Tests.Models.Remote;

public sealed class RemoteEntryTests
{
    private const string Key = "sk-very-secret-0123456789";

    [Fact]
    public void An_azure_model_needs_little()
    {
        var entry = Entry(Read(("Type", "azure-openai"), ("Endpoint", "https://x.openai.azure.com"), ("Deployment", "gpt-4o"), ("Key", Key)));

        Assert.Equal(("gpt-4o", "gpt-4o", 128_000, 4096), (entry.Target, entry.Model, entry.Traits.ContextTokens, entry.MaxTokens));
        Assert.Equal(Key, entry.Key!.Value.Value);
        Assert.False(entry.IsV1);
        Assert.DoesNotContain(Key, entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_with_a_name_of_its_own_can_name_its_model()
    {
        var entry = Entry(Read(("Type", "azure-openai"), ("Endpoint", "https://x.openai.azure.com/openai/v1/"), ("Deployment", "brain"), ("Model", "o3-mini"), ("ApiVersion", "preview")));

        Assert.True(entry is { IsV1: true, Key: null, Target: "brain", Traits: { Reasons: true, Instructions: InstructionRole.Developer } });
        Assert.Equal(TimeSpan.FromMinutes(3), entry.Patience.FirstTokenTimeout);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var entry = Entry(Read(
            ("Type", "openai-compatible"), ("BaseUrl", "http://10.1.2.3:8000/v1"), ("AllowHttp", "true"), ("Model", "mine"), ("Encoding", "cl100k_base"),
            ("ContextTokens", "2048"), ("MaxTokens", "100"), ("Reasoning", "true"), ("Retries", "0"), ("RetryDelay", "00:00:02"),
            ("MaxRetryDelay", "00:01:00"), ("FirstTokenTimeout", "00:00:20"), ("TokenTimeout", "00:00:05")));

        Assert.True(entry.Traits is { Encoding: "cl100k_base", ContextTokens: 2048, Reasons: true, Instructions: InstructionRole.System });
        Assert.Equal(100, entry.MaxTokens);
        Assert.Equal(new Patience(0, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5)), entry.Patience);
    }

    [Fact]
    public void Everything_wrong_is_told_at_once_and_no_secret_with_it()
    {
        var options = Read(
            ("Type", "azure-openai"), ("Endpoint", $"https://user:{Key}@x.openai.azure.com/openai/deployments/d?api-key={Key}"), ("ApiVersion", "latest"),
            ("Key", Key + " \u2013"), ("Encoding", "p50k"), ("MaxTokens", "9000"), ("Retries", "99"), ("MaxRetryDelay", "00:00:00"), ("TokenTimeout", "00:00:00"), ("Retry", "1"));

        string[] expected =
        [
            "Models:cloud:Endpoint = 'https://x.openai.azure.com/openai/deployments/d' must hold no credentials",
            "Models:cloud:Endpoint = 'https://x.openai.azure.com/openai/deployments/d' holds too much of a path",
            "Models:cloud:Deployment = '' is missing",
            "Models:cloud:ApiVersion = 'latest' must be a date",
            "Models:cloud:Key = '***' holds characters that no key has",
            "Models:cloud:Encoding = 'p50k' is not an encoding; use o200k_base, cl100k_base",
            "Models:cloud:MaxTokens = '9000' must be less than ContextTokens (8192)",
            "Models:cloud:Retries = '99' must be a whole number from 0 to 20",
            "Models:cloud:MaxRetryDelay = '00:00:00' must not be less than RetryDelay",
            "Models:cloud:TokenTimeout = '00:00:00' must be more than zero",
            "Models:cloud:Retry is not known",
        ];
        Assert.All(expected, e => Assert.Contains(options.Errors, actual => actual.StartsWith(e, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, options.Errors.Count);
        Assert.All(options.Errors, e => Assert.DoesNotContain(Key, e, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://localhost:11434/v1", false, true)]
    [InlineData("http://127.0.0.1:8080/v1", false, true)]
    [InlineData("http://[::1]:8080/v1", false, true)]
    [InlineData("https://api.openai.com/v1", false, true)]
    [InlineData("http://models.example/v1", false, false)]
    [InlineData("http://models.example/v1", true, true)]
    [InlineData("ftp://models.example/v1", true, false)]
    [InlineData("sk-very-secret-0123456789", true, false)]
    public void Conversations_go_in_the_clear_only_to_this_machine_or_where_that_is_allowed(string address, bool allowed, bool good)
    {
        var options = Read(("Type", "openai-compatible"), ("BaseUrl", address), ("Model", "m"), ("AllowHttp", allowed ? "true" : "false"));

        Assert.Equal(good, options.Errors.Count == 0);
        Assert.All(options.Errors, e => Assert.DoesNotContain(Key, e, StringComparison.Ordinal));
    }

    private static RemoteEntry Entry(ModelsOptions options)
    {
        Assert.Empty(options.Errors);
        return Assert.IsType<RemoteEntry>(options.Entries["cloud"]);
    }

    private static ModelsOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Models:cloud:{s.Key}", (string?)s.Value)).Append(KeyValuePair.Create("Models:Default", (string?)"cloud"))).Build();
        var options = new ModelsOptions();
        options.Read(configuration.GetSection(ModelsOptions.Section));
        return options;
    }
}
