using BotHub.Configuration;
using BotHub.Models.Catalogue;

namespace BotHub.Models;

/// <summary>The texts that tell people which model they have, when it is not the one they would want.</summary>
internal static class ModelNotices
{
    /// <summary>The command that downloads a model, as one would type it where this hub was started.</summary>
    public static string PullCommand(CatalogueModel model) => PullCommand(model, AppContext.BaseDirectory, Environment.ProcessPath);

    /// <param name="folder">Where the program is.</param>
    /// <param name="process">What runs it: the program itself, or <c>dotnet</c>.</param>
    internal static string PullCommand(CatalogueModel model, string folder, string? process)
    {
        var program = RepositoryRoot.Above(folder) is not null ? "dotnet run --project src/BotHub --"
            : Path.GetFileNameWithoutExtension(process) == "BotHub" ? process
            : $"dotnet {Path.Combine(folder, "BotHub.dll")}";
        return $"{program} models pull {model.Name}";
    }

    /// <summary>For page, status and log, when a small model that was on disk stands in for the default one.</summary>
    public static string BetterModel(string file) =>
        $"A small model answers ({file}), so expect mistakes. "
        + $"A better one ({ByteSize.Text(ModelCatalogue.Default.Bytes)}): {PullCommand(ModelCatalogue.Default)}, then start the hub again.";

    /// <summary>For page, status and log, when eliza stands in for a language model.</summary>
    public static string NoLanguageModel { get; } =
        "No language model is loaded: the scripted 'eliza' answers instead. "
        + $"To get one ({ByteSize.Text(ModelCatalogue.Default.Bytes)}): {PullCommand(ModelCatalogue.Default)}, then start the hub again.";
}
