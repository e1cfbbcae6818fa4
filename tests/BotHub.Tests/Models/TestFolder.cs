namespace BotHub.Tests.Models;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bothub-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    /// <summary>Makes a file of a model's size without content; the disk stores nothing for it.</summary>
    public string Sparse(string name, long bytes)
    {
        using var file = System.IO.File.Create(File(name));
        file.SetLength(bytes);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
