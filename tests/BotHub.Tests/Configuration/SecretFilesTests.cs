using BotHub.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace BotHub.Tests.Configuration;

public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bothub-secrets-");

    [Fact]
    public void A_file_is_a_setting()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "Models__cloud__Key"), "sk-from-a-file\n");

        Assert.Equal("sk-from-a-file", Build()["Models:cloud:Key"]);
    }

    [Fact]
    public void The_command_line_overrules_a_file()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "Models__cloud__Key"), "sk-from-a-file");

        Assert.Equal("sk-typed", Build("--Models:cloud:Key=sk-typed")["Models:cloud:Key"]);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error_if_it_was_asked_for()
    {
        var missing = Path.Combine(_folder.FullName, "none");

        Assert.StartsWith($"Secrets:Directory = '{missing}' is no folder", SecretFiles.Error(Settings(missing)), StringComparison.Ordinal);
        Assert.Null(SecretFiles.Error(Settings(null)));
        Assert.Null(SecretFiles.Error(Settings(_folder.FullName)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ConfigurationManager Build(params string[] args)
    {
        var builder = Host.CreateApplicationBuilder([$"--Secrets:Directory={_folder.FullName}", .. args]);
        builder.AddSecretFiles();
        return builder.Configuration;
    }

    private static IConfigurationRoot Settings(string? folder) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Secrets:Directory", folder)]).Build();
}
