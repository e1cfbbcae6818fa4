using BotHub.Configuration;
using Microsoft.Extensions.Options;

namespace BotHub.Prompts;

/// <summary>The section <c>Prompts</c>.</summary>
internal sealed class PromptsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Prompts";

    /// <summary>The folder with the personas; null means <c>prompts/</c> in the repository, else beside the program.</summary>
    public string? Directory { get; set; }

    /// <summary>The id of the persona of everyone who chose none.</summary>
    public string Default { get; set; } = "assistant";

    /// <summary>Whether changed files are taken up while the hub runs.</summary>
    public bool Reload { get; set; } = true;

    /// <summary>What is wrong with the section; the validator reports it.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Fills the options; everything wrong ends in <see cref="Errors"/>.</summary>
    public void Read(IConfigurationSection section)
    {
        var errors = new List<string>();
        var reader = new SectionReader(section, errors);
        Directory = reader.Text("Directory");
        Default = reader.Text("Default") ?? Default;
        Reload = reader.Flag("Reload", Reload);
        reader.RefuseOtherKeys();
        Errors = errors;
    }
}

/// <summary>Refuses to start with a wrong section <c>Prompts</c>: all errors at once.</summary>
internal sealed class PromptsOptionsValidator : IValidateOptions<PromptsOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, PromptsOptions options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
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
        return RepositoryRoot.Above(AppContext.BaseDirectory) is { } repository
            ? Path.Combine(repository, "prompts")
            : Path.Combine(AppContext.BaseDirectory, "prompts");
    }
}
