namespace BotHub.Configuration;

/// <summary>Finds the repository that a development build runs from.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder at or above <paramref name="folder"/> that holds the solution; null outside a repository.</summary>
    public static string? Above(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
            if (File.Exists(Path.Combine(current.FullName, "BotHub.sln")))
                return current.FullName;
        return null;
    }
}
