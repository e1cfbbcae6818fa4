using System.Globalization;

namespace BotHub.Benchmarks;

/// <summary>Processor time in seconds: the one figure that a busy machine distorts little.</summary>
internal static class ProcessorTime
{
    public static double Own => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>What all cores together have worked since boot; null where the system does not tell.</summary>
    public static double? Machine()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // user, nice, system, irq, softirq, in hundredths; idle, I/O waits and stolen time are not work.
        return ((int[])[1, 2, 3, 6, 7]).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / 100;
    }
}
