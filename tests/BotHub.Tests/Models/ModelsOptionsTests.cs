using BotHub.Models;
using Microsoft.Extensions.Configuration;

namespace BotHub.Tests.Models;

public sealed class ModelsOptionsTests
{
    [Fact]
    public void Nothing_configured_gives_a_local_model_and_the_two_scripted_ones()
    {
        var options = Read();

        Assert.Empty(options.Errors);
        Assert.Equal("local", options.Default);
        Assert.Equal(["echo", "eliza", "local"], options.Entries.Keys.Order());
        Assert.Equal(new LlamaEntry("local"), options.Entries["local"]);
    }

    [Fact]
    public void Another_default_leaves_the_unconfigured_local_model_out()
    {
        var options = Read(("Models:Default", "eliza"));

        Assert.Empty(options.Errors);
        Assert.Equal(["echo", "eliza"], options.Entries.Keys.Order());
    }

    [Fact]
    public void Entries_are_read_with_their_own_keys()
    {
        var options = Read(
            ("Models:Default", "Big"),
            ("Models:Directory", "/srv/models"),
            ("Models:big:Type", "LLAMA"), ("Models:big:Path", "/srv/big.gguf"), ("Models:big:Context", "8192"), ("Models:big:Download", "false"),
            ("Models:slow:Type", "echo"), ("Models:slow:CharactersPerSecond", "12.5"), ("Models:slow:FirstTokenDelay", "00:00:02"));

        Assert.Empty(options.Errors);
        Assert.Equal("/srv/models", options.Directory);
        Assert.Equal(new LlamaEntry("big", Path: "/srv/big.gguf", Context: 8192, Download: false), options.Entries["BIG"]);
        Assert.Equal(new EchoEntry("slow", new(12.5, TimeSpan.FromSeconds(2))), options.Entries["slow"]);
    }

    [Fact]
    public void All_errors_are_reported_at_once_each_with_key_value_and_fix()
    {
        var options = Read(
            ("Models:Default", "gpt"),
            ("Models:a:Type", "llama"), ("Models:a:Contxt", "1"), ("Models:a:Context", "12"), ("Models:a:Download", "maybe"), ("Models:a:Model", "huge-900b"),
            ("Models:b:Type", "parrot"),
            ("Models:c:Type", "echo"), ("Models:c:FirstTokenDelay", "soon"),
            ("Models:d:Type", "llama"), ("Models:d:MaxTokens", "9000"), ("Models:d:Path", "x.gguf"), ("Models:d:Model", "smollm2-135m"));

        string[] expected =
        [
            "Models:Default = 'gpt' names no model; use a, c, d, eliza, echo",
            "Models:a:Contxt is not known; known are Type, Context, Model, Path",
            "Models:a:Context = '12' must be a whole number from 256",
            "Models:a:Download = 'maybe' must be true or false",
            "Models:a:Model = 'huge-900b' is not in the catalogue; use auto, qwen2.5-1.5b",
            "Models:b:Type = 'parrot' is not a type of model; use llama, azure-openai, openai-compatible, eliza, echo",
            "Models:c:FirstTokenDelay = 'soon' must be a duration such as 00:00:01.500",
            "Models:d:MaxTokens = '9000' must be less than Context (4096)",
            "Models:d:Path = 'x.gguf' is set together with Model",
        ];
        Assert.All(expected, e => Assert.Contains(options.Errors, actual => actual.StartsWith(e, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, options.Errors.Count);
    }

    [Fact]
    public void A_model_without_a_type_is_an_error() =>
        Assert.StartsWith("Models:local:Type = ''", Assert.Single(Read(("Models:local:Context", "2048")).Errors), StringComparison.Ordinal);

    private static ModelsOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        var options = new ModelsOptions();
        options.Read(configuration.GetSection(ModelsOptions.Section));
        return options;
    }
}
