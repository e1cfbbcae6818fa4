using System.Globalization;

namespace BotHub.Benchmarks;

/// <summary>
/// Keeps the main thread of a process to a part of a core, as on a machine of more and slower cores. What is bound to one thread (node,
/// redis-server) is bound by what one core does; on two cores that everything shares this does not show. A stand-in only, and it favours the
/// hub: threads of a process that can use all cores are not slowed down. A control group for threads is
/// needed (Linux, version 1 of the controller <c>cpu</c>, and the right to make a group).
/// </summary>
internal sealed class SlowCore : IDisposable
{
    private const string Root = "/sys/fs/cgroup/cpu";

    /// <summary>Microseconds, as the kernel's documentation of CFS bandwidth control has them; short ones keep the pauses below what is measured.</summary>
    private const int Period = 6000;

    private readonly DirectoryInfo _group;

    /// <param name="share">0 to 1: of one core.</param>
    public SlowCore(int process, double share)
    {
        _group = Directory.CreateDirectory(Path.Combine(Root, $"bothub-benchmark-{process}"));
        Write("cpu.cfs_period_us", Period);
        Write("cpu.cfs_quota_us", (int)(Period * share));
        // A process's number is that of its main thread, and only that moves.
        Write("tasks", process);
    }

    /// <summary>What is missing here; null where it works.</summary>
    public static string? Missing() =>
        File.Exists(Path.Combine(Root, "cpu.cfs_quota_us")) && Environment.IsPrivilegedProcess ? null : $"--cores needs {Root} (control groups, version 1), and root's rights.";

    /// <summary>After the process's end: a group with threads can't go.</summary>
    public void Dispose() => _group.Delete();

    private void Write(string file, int value) => File.WriteAllText(Path.Combine(_group.FullName, file), value.ToString(CultureInfo.InvariantCulture));
}
