namespace BotHub.Tests.Operations;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Above(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
            if (File.Exists(Path.Combine(current.FullName, "BotHub.sln"))) return current.FullName;
        throw new InvalidOperationException($"There is no BotHub.sln above {folder}.");
    }
}
