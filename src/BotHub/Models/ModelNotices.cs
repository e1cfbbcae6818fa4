using BotHub.Configuration;
using BotHub.Models.Catalogue;

namespace BotHub.Models;

/// <summary>The texts that tell people which model they have, when it is not the one they would want.</summary>
internal static class ModelNotices
{
    /// <summary>The command that downloads a model.</summary>
    public static string PullCommand(CatalogueModel model) =>
        (RepositoryRoot.Above(AppContext.BaseDirectory) is null ? "BotHub" : "dotnet run --project src/BotHub --") + $" models pull {model.Name}";

    /// <summary>For page, status and log, when a small model that was on disk stands in for the default one.</summary>
    public static string BetterModel(string file) =>
        $"A small model answers ({file}), so expect mistakes. "
        + $"A better one ({ByteSize.Text(ModelCatalogue.Default.Bytes)}): {PullCommand(ModelCatalogue.Default)}, then start the hub again.";

    /// <summary>For page, status and log, when eliza stands in for a language model.</summary>
    public static string NoLanguageModel { get; } =
        "No language model is loaded: the scripted 'eliza' answers instead. "
        + $"To get one ({ByteSize.Text(ModelCatalogue.Default.Bytes)}): {PullCommand(ModelCatalogue.Default)}, then start the hub again.";
}
