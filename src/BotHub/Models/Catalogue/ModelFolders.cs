using BotHub.Configuration;

namespace BotHub.Models.Catalogue;

/// <summary>Where models are looked for, in order, and where downloads go.</summary>
/// <param name="Search">Folders to look in; they need not exist.</param>
/// <param name="Download">The folder for downloads; the last of <paramref name="Search"/>.</param>
internal sealed record ModelFolders(IReadOnlyList<string> Search, string Download)
{
    /// <summary>
    /// <c>models/</c> in the repository, when the program runs from one; <c>models/</c> beside the program;
    /// <c>../shared/models/</c> beside the repository; last the configured download folder or the user's cache.
    /// </summary>
    /// <param name="program">The program's own folder.</param>
    /// <param name="directory">The setting <c>Models:Directory</c>; relative paths start at the current folder.</param>
    /// <param name="environment">Reads an environment variable.</param>
    public static ModelFolders For(string program, string? directory, Func<string, string?> environment)
    {
        var download = directory is null ? UserCache(environment) : Path.GetFullPath(directory);
        var search = new List<string>();
        if (RepositoryRoot.Above(program) is { } repository)
        {
            search.Add(Path.Combine(repository, "models"));
            search.Add(Path.GetFullPath(Path.Combine(repository, "..", "shared", "models")));
        }

        search.Insert(Math.Min(1, search.Count), Path.Combine(program, "models"));
        return new ModelFolders([.. search, download], download);
    }

    /// <summary>The file of a model in the first folder that has it whole; null where none has.</summary>
    public string? Find(CatalogueModel model) => Search
        .Select(folder => Path.Combine(folder, model.File))
        .FirstOrDefault(path => Length(path) == model.Bytes);

    /// <summary>The size of a file, or of the file that a link leads to; null where there is none.</summary>
    private static long? Length(string path)
    {
        FileSystemInfo file = new FileInfo(path);
        if (file.LinkTarget is not null && file.Exists)
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return file is FileInfo { Exists: true } found ? found.Length : null;
    }

    /// <summary>The XDG cache folder, or local application data on Windows.</summary>
    private static string UserCache(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "bothub", "models");
        var xdg = environment("XDG_CACHE_HOME");
        // The XDG specification says that relative paths in these variables are to be ignored.
        var cache = Path.IsPathRooted(xdg) ? xdg : Path.Combine(Home(environment), ".cache");
        return Path.Combine(cache, "bothub", "models");
    }

    /// <summary>Services may run without HOME; their temporary folder is then better than the root folder.</summary>
    private static string Home(Func<string, string?> environment) =>
        environment("HOME") is { Length: > 0 } home ? home : Path.GetTempPath();
}
