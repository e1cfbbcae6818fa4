using BotHub.Llama.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Llama.Tests;

public sealed class NativeLibrariesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("bothub-natives-");

    [Fact]
    public void Missing_libraries_are_reported_with_the_way_to_get_them()
    {
        var error = Assert.Throws<LlamaException>(() => NativeLibraries.Load(Path.Combine(_root.FullName, "none"), NullLogger.Instance));

        Assert.Equal(LlamaErrorKind.NativesMissing, error.Kind);
        Assert.Contains("npm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_package_is_named()
    {
        var package = _root.CreateSubdirectory("linux-x64");
        var name = OperatingSystem.IsWindows() ? "ggml-base.dll" : OperatingSystem.IsMacOS() ? "libggml-base.dylib" : "libggml-base.so";
        File.WriteAllText(Path.Combine(package.FullName, name), "not a library");

        var error = Assert.Throws<LlamaException>(() => NativeLibraries.Load(_root.FullName, NullLogger.Instance));

        Assert.Equal(LlamaErrorKind.NativesMissing, error.Kind);
        Assert.Contains(name + " could not be loaded", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
