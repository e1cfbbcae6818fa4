using System.Globalization;

namespace BotHub.Llama;

/// <summary>What the machine, or the container we run in, can still give to native code.</summary>
internal static class SystemMemory
{
    private const string ControlGroup = "/sys/fs/cgroup/";

    /// <summary>Bytes that can be used without swapping, or null where the system does not tell.</summary>
    internal static long? Available()
    {
        if (Number("/proc/meminfo", "MemAvailable:") is { } kib) return Math.Min(1024 * kib, LeftInContainer() ?? long.MaxValue);
        // Elsewhere the runtime knows the machine's memory, but not what other programs hold of it.
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return total > 0 ? Math.Max(0, total - Environment.WorkingSet) : null;
    }

    /// <summary>Under a cgroup v2 limit: the limit less what is used, where cached file pages count as free.</summary>
    private static long? LeftInContainer() =>
        Number(ControlGroup + "memory.max", "") is { } limit && Number(ControlGroup + "memory.current", "") is { } used
            ? Math.Max(0, limit - used + (Number(ControlGroup + "memory.stat", "inactive_file ") ?? 0))
            : null;

    /// <summary>The number behind <paramref name="label"/> at the start of a line; null when there is none ("max" means no limit).</summary>
    private static long? Number(string file, string label)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                if (!line.StartsWith(label, StringComparison.Ordinal)) continue;
                var number = line.AsSpan(label.Length).Trim();
                var end = number.IndexOf(' ');
                return long.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or no such control group.
        }
        return null;
    }
}
