namespace BotHub.Models.Catalogue;

/// <summary>How patient a download is.</summary>
/// <param name="Attempts">How often in a row it may fail without a single new byte.</param>
/// <param name="Pause">The wait before the second attempt; doubled with each further one.</param>
/// <param name="Stall">How long the server may send nothing.</param>
/// <param name="Poll">How often to look whether another process's download of the same file has ended.</param>
/// <param name="FreeBytes">The free bytes of the disk that holds a folder.</param>
internal sealed record DownloadSettings(int Attempts, TimeSpan Pause, TimeSpan Stall, TimeSpan Poll, Func<string, long> FreeBytes)
{
    /// <summary>How long a connection may take to open: an offline machine must not wait for long.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(5);

    /// <summary>At start: few attempts, as people wait for the hub.</summary>
    public static readonly DownloadSettings AtStart = new(2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), Free);

    /// <summary>On the command line: patient.</summary>
    public static readonly DownloadSettings Patient = new(4, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), Free);

    private static long Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (ArgumentException)
        {
            // A Windows network path has no drive to ask: writing will tell.
            return long.MaxValue;
        }
    }
}

/// <summary>How far a download is.</summary>
/// <param name="Received">Bytes on disk.</param>
/// <param name="Total">Bytes of the whole file.</param>
internal readonly record struct DownloadProgress(long Received, long Total);

/// <summary>How a download ended.</summary>
internal abstract record DownloadOutcome
{
    private DownloadOutcome()
    {
    }

    /// <summary>The whole, checked file.</summary>
    internal sealed record Done(string Path) : DownloadOutcome;

    /// <summary>It did not work; the reason is for people.</summary>
    internal sealed record Failed(string Reason) : DownloadOutcome;
}
