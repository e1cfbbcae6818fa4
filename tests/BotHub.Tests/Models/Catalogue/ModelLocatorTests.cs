using BotHub.Models;
using BotHub.Models.Catalogue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Tests.Models.Catalogue;

public sealed class ModelLocatorTests : IDisposable
{
    private static readonly CatalogueModel Small = ModelCatalogue.Find("smollm2-135m")!;

    private readonly TestFolder _first = new();
    private readonly TestFolder _second = new();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task The_configured_path_comes_first()
    {
        _first.Sparse(ModelCatalogue.Default.File, ModelCatalogue.Default.Bytes);
        var path = _second.Write("own.gguf", "x");

        Assert.Equal(new ModelLocation.Found(path), await Locate(new LlamaEntry("local", Path: path)));
    }

    [Fact]
    public async Task A_configured_path_that_is_not_there_is_an_error_with_its_key()
    {
        var location = Assert.IsType<ModelLocation.Misconfigured>(await Locate(new LlamaEntry("local", Path: _first.File("no.gguf"))));

        Assert.StartsWith("Models:local:Path = ", location.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_takes_the_default_model_from_the_first_folder_that_has_it()
    {
        _second.Sparse(ModelCatalogue.Default.File, ModelCatalogue.Default.Bytes);
        _first.Sparse(Small.File, Small.Bytes);

        Assert.Equal(new ModelLocation.Found(_second.File(ModelCatalogue.Default.File)), await Locate(new LlamaEntry("local")));
    }

    [Fact]
    public async Task Auto_starts_with_a_small_model_on_disk_instead_of_downloading_and_says_how_to_get_the_better_one()
    {
        _second.Sparse(Small.File, Small.Bytes);

        var found = Assert.IsType<ModelLocation.Found>(await Locate(new LlamaEntry("local")));

        Assert.Equal(_second.File(Small.File), found.Path);
        Assert.Contains("models pull qwen2.5-1.5b", found.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_model_is_as_good_as_the_model()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.CreateSymbolicLink(_first.File(Small.File), _second.Sparse("blob", Small.Bytes));
        File.CreateSymbolicLink(_first.File(ModelCatalogue.Default.File), _second.File("gone"));

        Assert.Equal(_first.File(Small.File), Assert.IsType<ModelLocation.Found>(await Locate(new LlamaEntry("local"))).Path);
    }

    [Fact]
    public async Task A_truncated_copy_is_no_model()
    {
        _first.Sparse(Small.File, Small.Bytes - 1);

        Assert.IsType<ModelLocation.Missing>(await Locate(new LlamaEntry("local", Download: false)));
    }

    [Fact]
    public async Task A_named_model_is_not_replaced_by_another()
    {
        _first.Sparse(ModelCatalogue.Default.File, ModelCatalogue.Default.Bytes);

        var missing = Assert.IsType<ModelLocation.Missing>(await Locate(new LlamaEntry("local", "smollm2-135m", Download: false)));

        Assert.Contains(Small.File, missing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_nothing_on_disk_a_download_is_tried_and_its_failure_is_no_error_of_configuration()
    {
        var missing = Assert.IsType<ModelLocation.Missing>(await Locate(new LlamaEntry("local")));

        Assert.Contains("make room", missing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_come_in_the_documented_order()
    {
        Directory.CreateDirectory(_first.File("repo/src/bin"));
        _first.Write("repo/BotHub.sln", "");
        var program = _first.File("repo/src/bin");

        var folders = ModelFolders.For(program, null, name => name == "XDG_CACHE_HOME" ? _second.Path : null);

        Assert.Equal(
            [_first.File("repo/models"), _first.File("repo/src/bin/models"), _first.File("shared/models"), folders.Download],
            folders.Search);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(_second.File("bothub/models"), folders.Download);
    }

    [Fact]
    public void Outside_a_repository_only_the_program_and_the_download_folder_count() =>
        Assert.Equal(
            [Path.Combine(_first.Path, "models"), _second.Path],
            ModelFolders.For(_first.Path, _second.Path, _ => null).Search);

    private Task<ModelLocation> Locate(LlamaEntry entry)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        // No room on the disk: a download ends before it would reach the network.
        services.AddModelDownloads(new ConfigurationBuilder().Build(), DownloadSettings.AtStart with { FreeBytes = _ => 0 });
        var folders = new ModelFolders([_first.Path, _second.Path], _second.Path);
        var downloader = services.BuildServiceProvider().GetRequiredService<ModelDownloader>();
        return new ModelLocator(folders, downloader, TimeProvider.System, NullLogger<ModelLocator>.Instance).LocateAsync(entry, CancellationToken.None);
    }
}
