using System.ComponentModel.DataAnnotations;
using BotHub.Models.Catalogue;

namespace BotHub.Prompts;

/// <summary>The section <c>Prompts</c>.</summary>
internal sealed class PromptsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Prompts";

    /// <summary>The folder with the personas; null means <c>prompts/</c> in the repository, else beside the program.</summary>
    public string? Directory { get; set; }

    /// <summary>The id of the persona of everyone who chose none.</summary>
    [Required(ErrorMessage = "Prompts:Default must name a persona; the shipped one is 'assistant'.")]
    public string Default { get; set; } = "assistant";

    /// <summary>Whether changed files are taken up while the hub runs.</summary>
    public bool Reload { get; set; } = true;
}

/// <summary>Finds the prompts' folder.</summary>
internal static class PromptFolder
{
    /// <summary>
    /// The configured folder (relative paths start at the current folder); else the repository's own, so that editing it
    /// shows at once in a development run; else the copy beside the program.
    /// </summary>
    public static string Of(PromptsOptions options)
    {
        if (options.Directory is { Length: > 0 } configured)
            return Path.GetFullPath(configured);
        return ModelFolders.RepositoryAbove(AppContext.BaseDirectory) is { } repository
            ? Path.Combine(repository, "prompts")
            : Path.Combine(AppContext.BaseDirectory, "prompts");
    }
}
