using System.Globalization;

namespace BotHub.Llama;

/// <summary>What the machine, or the container we run in, can still give.</summary>
internal static class SystemMemory
{
    /// <summary>Bytes that can be used without swapping, or null where the system does not tell.</summary>
    internal static long? Available()
    {
        var info = GC.GetGCMemoryInfo();
        // The runtime knows container limits; minus what this process holds already.
        long? limit = info.TotalAvailableMemoryBytes > 0 ? Math.Max(0, info.TotalAvailableMemoryBytes - Environment.WorkingSet) : null;
        return MemAvailable() is { } system ? Math.Min(system, limit ?? long.MaxValue) : limit;
    }

    /// <summary>Linux's own estimate, which counts the page cache as free.</summary>
    private static long? MemAvailable()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/meminfo"))
            {
                if (!line.StartsWith("MemAvailable:", StringComparison.Ordinal)) continue;
                var number = line.AsSpan("MemAvailable:".Length).Trim();
                return long.TryParse(number[..number.IndexOf(' ')], NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib * 1024 : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc here (macOS, Windows): the runtime's figure is all there is.
        }
        return null;
    }
}
