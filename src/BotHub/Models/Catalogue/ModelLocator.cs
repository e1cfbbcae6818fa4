namespace BotHub.Models.Catalogue;

/// <summary>Where a llama model's file is.</summary>
internal abstract record ModelLocation
{
    private ModelLocation()
    {
    }

    /// <summary>The file is there. <paramref name="Notice"/> names a better model and how to get it, or is null.</summary>
    internal sealed record Found(string Path, string? Notice = null) : ModelLocation;

    /// <summary>There is no file, and nothing in the configuration is wrong: the hub goes on without a language model.</summary>
    internal sealed record Missing(string Reason) : ModelLocation;

    /// <summary>The configuration names a file that is not there.</summary>
    internal sealed record Misconfigured(string Error) : ModelLocation;
}

/// <summary>
/// Finds the file of a llama model: the configured path, the folders of <see cref="ModelFolders"/>, a download. With
/// <c>auto</c> any usable model on disk is preferred to waiting for a download.
/// </summary>
internal sealed partial class ModelLocator(ModelFolders folders, ModelDownloader downloader, TimeProvider time, ILogger<ModelLocator> logger)
{
    /// <summary>Looks for the file, and downloads it where the entry allows that.</summary>
    public async Task<ModelLocation> LocateAsync(LlamaEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Path is not null)
            return AtPath(entry);
        var automatic = entry.Model == LlamaEntry.Auto;
        var wanted = automatic ? ModelCatalogue.Default : ModelCatalogue.Find(entry.Model)!;
        if (folders.Find(wanted) is { } path)
            return new ModelLocation.Found(path);
        if (automatic && ModelCatalogue.All.Select(folders.Find).FirstOrDefault(p => p is not null) is { } other)
            return new ModelLocation.Found(other, ModelNotices.BetterModel(Path.GetFileName(other)));
        if (!entry.Download)
            return new ModelLocation.Missing($"'{wanted.File}' is in none of {string.Join(", ", folders.Search)}, and Models:{entry.Name}:Download is false");
        return await DownloadAsync(wanted, cancellationToken);
    }

    private static ModelLocation AtPath(LlamaEntry entry)
    {
        var path = Path.GetFullPath(entry.Path!);
        return File.Exists(path)
            ? new ModelLocation.Found(path)
            : new ModelLocation.Misconfigured($"Models:{entry.Name}:Path = '{entry.Path}' is not a file ({path}); correct it, or remove it to have a model found or downloaded.");
    }

    private async Task<ModelLocation> DownloadAsync(CatalogueModel model, CancellationToken cancellationToken)
    {
        Log.Downloading(logger, model.Name, ByteSize.Text(model.Bytes), model.Url.Host, folders.Download);
        var progress = new ThrottledProgress(TimeSpan.FromSeconds(10), time, p =>
            Log.Progress(logger, model.Name, ByteSize.Text(p.Received), ByteSize.Text(p.Total), (int)(p.Received * 100 / p.Total)));
        return await downloader.DownloadAsync(model, folders.Download, progress, cancellationToken) switch
        {
            DownloadOutcome.Done(var path) => new ModelLocation.Found(path),
            DownloadOutcome.Failed(var reason) => new ModelLocation.Missing(reason),
            _ => throw new InvalidOperationException("Unknown outcome of a download."),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelDownloading", Level = LogLevel.Information, Message = "No language model found; downloading {Model} ({Size}) from {Host} to {Folder}")]
        public static partial void Downloading(ILogger logger, string model, string size, string host, string folder);

        [LoggerMessage(EventName = "ModelDownloadProgress", Level = LogLevel.Information, Message = "Model {Model}: {Received} of {Total} ({Percent} %)")]
        public static partial void Progress(ILogger logger, string model, string received, string total, int percent);
    }
}
