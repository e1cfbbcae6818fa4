using System.CommandLine;
using BotHub.Models;
using BotHub.Models.Catalogue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_names_every_model_and_where_it_is()
    {
        var small = ModelCatalogue.Find("smollm2-135m")!;
        var path = _folder.Sparse(small.File, small.Bytes);

        Assert.Equal(0, await Run("models", "list"));

        Assert.All(ModelCatalogue.Names, name => Assert.Contains(name, _output.ToString(), StringComparison.Ordinal));
        Assert.Contains(path, _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("not on disk", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_is_content_with_a_model_that_is_there()
    {
        var small = ModelCatalogue.Find("smollm2-135m")!;
        _folder.Sparse(small.File, small.Bytes);

        Assert.Equal(0, await Run("models", "pull", "SmolLM2-135m"));
        Assert.Contains("already there", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_download_says_why_and_ends_with_1()
    {
        Assert.Equal(1, await Run("models", "pull", "smollm2-135m"));
        Assert.Contains("make room", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models", "pull", "gpt-9")]
    [InlineData("models", "pull")]
    [InlineData("models", "push", "x")]
    [InlineData("models")]
    public async Task A_wrong_command_line_ends_with_2_and_an_explanation(params string[] args)
    {
        Assert.Equal(2, await Run(args));
        Assert.NotEmpty(_error.ToString());
    }

    [Fact]
    public async Task A_wrong_configuration_is_explained()
    {
        Assert.Equal(1, await Run(["models", "list"], ("Models:Default", "nobody")));
        Assert.Contains("names no model", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> Run(params string[] args) => Run(args, ("Models:Directory", _folder.Path));

    private async Task<int> Run(string[] args, (string Key, string Value) setting)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create(setting.Key, (string?)setting.Value)]).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddModelDownloads(configuration, DownloadSettings.Patient with { FreeBytes = _ => 0 });
        if (setting.Key == "Models:Directory")
            services.AddSingleton(new ModelFolders([_folder.Path], _folder.Path));
        await using var provider = services.BuildServiceProvider();
        return await ModelsCommand.RunAsync(args, provider, new InvocationConfiguration { Output = _output, Error = _error });
    }
}
