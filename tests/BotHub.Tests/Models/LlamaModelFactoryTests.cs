using BotHub.Models;
using BotHub.Models.Catalogue;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Tests.Models;

/// <summary>With the real library, and where it is there, the real 135M model.</summary>
public sealed class LlamaModelFactoryTests : IDisposable
{
    private static readonly CatalogueModel Small = ModelCatalogue.Find("smollm2-135m")!;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_small_model_answers_with_its_own_tokenizer_and_context()
    {
        var folders = ModelFolders.For(AppContext.BaseDirectory, null, Environment.GetEnvironmentVariable);
        Assert.SkipWhen(folders.Find(Small) is null, $"{Small.File} is not on this machine.");

        var ready = Assert.IsType<ModelCreation.Ready>(await Create(new LlamaEntry("local", Small.Name, Context: 512, Slots: 1, MaxTokens: 64), folders));
        using var client = ready.Model.Client;
        var question = new ChatMessage(ChatRole.User, "What is the capital of France?");
        var reply = await client.GetResponseAsync([question], new ChatOptions { Temperature = 0, MaxOutputTokens = 8 });

        Assert.NotEmpty(reply.Text);
        Assert.Equal(reply.Usage!.InputTokenCount, ready.Model.Meter.Count([question]));
        Assert.Equal(("llama", 512, 64), (ready.Model.Type, ready.Model.ContextTokens, ready.Model.MaxTokens));
        Assert.Equal(512, ready.Model.Meter.ContextLength);
        Assert.Equal(Small.Title, ready.Model.Description);
    }

    [Fact]
    public async Task A_configured_file_that_is_no_model_stops_the_start()
    {
        var path = _folder.Write("own.gguf", "not a model");

        var creation = Assert.IsType<ModelCreation.Misconfigured>(await Create(new LlamaEntry("local", Path: path), Folders));

        Assert.StartsWith("Models:local cannot be loaded: ", creation.Error, StringComparison.Ordinal);
        Assert.Contains(path, creation.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_found_file_that_is_no_model_leaves_the_hub_without_one()
    {
        _folder.Sparse(Small.File, Small.Bytes);

        var creation = Assert.IsType<ModelCreation.Unavailable>(await Create(new LlamaEntry("local"), Folders));

        Assert.Contains(Small.File, creation.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_file_and_no_download_leave_the_hub_without_one() =>
        Assert.IsType<ModelCreation.Unavailable>(await Create(new LlamaEntry("local", Download: false), Folders));

    private ModelFolders Folders => new([_folder.Path], _folder.Path);

    private static Task<ModelCreation> Create(LlamaEntry entry, ModelFolders folders)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddModelDownloads(new ConfigurationBuilder().Build(), DownloadSettings.AtStart with { FreeBytes = _ => 0 });
        var downloader = services.BuildServiceProvider().GetRequiredService<ModelDownloader>();
        var locator = new ModelLocator(folders, downloader, TimeProvider.System, NullLogger<ModelLocator>.Instance);
        return new LlamaModelFactory(locator, NullLoggerFactory.Instance).CreateAsync(entry, CancellationToken.None);
    }
}
