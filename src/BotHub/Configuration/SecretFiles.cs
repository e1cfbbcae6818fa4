using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace BotHub.Configuration;

/// <summary>
/// Settings from files, one for each, named as environment variables are (<c>Models__cloud__Key</c>): how containers are given secrets.
/// </summary>
internal static class SecretFiles
{
    public const string Section = "Secrets";
    public const string DirectoryKey = "Directory";

    /// <summary>Where Docker and Podman mount secrets.</summary>
    private const string Mounted = "/run/secrets";

    /// <summary>
    /// Adds the configured folder, else the mounted one, where it is there. What stands in a file is overruled by the environment and
    /// the command line, as every setting is.
    /// </summary>
    public static IHostApplicationBuilder AddSecretFiles(this IHostApplicationBuilder builder)
    {
        var folder = Configured(builder.Configuration) ?? Mounted;
        if (!Directory.Exists(folder)) return builder;
        var files = new ConfigurationBuilder().AddKeyPerFile(Path.GetFullPath(folder), optional: true).Sources[^1];
        var sources = builder.Configuration.Sources;
        var environment = sources.ToList().FindIndex(s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(environment < 0 ? sources.Count : environment, files);
        return builder;
    }

    /// <summary>What is wrong with the setting; null when nothing is.</summary>
    public static string? Error(IConfiguration configuration) =>
        Configured(configuration) is { } folder && !Directory.Exists(folder) ? $"{Section}:{DirectoryKey} = '{folder}' is no folder; mount it, or remove the setting." : null;

    private static string? Configured(IConfiguration configuration) =>
        configuration[$"{Section}:{DirectoryKey}"] is { } folder && !string.IsNullOrWhiteSpace(folder) ? folder.Trim() : null;
}
