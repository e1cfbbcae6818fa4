using System.Diagnostics;

namespace BotHub.Tests.Chaos;

/// <summary>A server as a child process: started, killed and started again with the same arguments, and reaped whatever happens.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private const int LinesKept = 400;

    private static readonly HashSet<Process> Alive = [];

    private readonly Queue<string> _log = new();
    private Process? _process;

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (Alive)
            foreach (var process in Alive) process.Kill(entireProcessTree: true);
    };

    public abstract string Name { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The last lines of all its lives.</summary>
    public string Log
    {
        get { lock (_log) return $"--- {Name}\n{string.Join('\n', _log)}"; }
    }

    /// <summary>Lines that tell of errors, of all its lives.</summary>
    public List<string> Errors { get; } = [];

    protected abstract ProcessStartInfo Describe();

    protected abstract Task<bool> IsReadyAsync(CancellationToken cancel);

    protected virtual bool IsError(string line) => false;

    public async Task StartAsync(CancellationToken cancel)
    {
        if (_process is not null) throw new InvalidOperationException($"{Name} runs already.");
        var start = Describe();
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{Name} did not start.");
        _process = process;
        lock (Alive) Alive.Add(process);
        process.OutputDataReceived += (_, e) => Note(e.Data);
        process.ErrorDataReceived += (_, e) => Note(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!await IsReadyAsync(cancel))
        {
            if (process.HasExited) throw new InvalidOperationException($"{Name} ended with {process.ExitCode} while it started.\n{Log}");
            try
            {
                await Task.Delay(25, cancel);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{Name} did not become ready.\n{Log}");
            }
        }
    }

    /// <summary>Waits until a line of its log has this in it.</summary>
    public async Task UntilLoggedAsync(string text, CancellationToken cancel)
    {
        while (!Log.Contains(text, StringComparison.Ordinal)) await Task.Delay(25, cancel);
    }

    /// <summary>kill -9, without a chance to clean up.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        Note("--- kill -9");
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        Forget();
    }

    /// <summary>Sends a signal by name, such as TERM, STOP or CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        Note($"--- SIG{signal}");
        using var kill = Process.Start(new ProcessStartInfo("/bin/kill") { ArgumentList = { $"-{signal}", $"{_process!.Id}" } })!;
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0) throw new InvalidOperationException($"SIG{signal} could not be sent to {Name}.");
    }

    /// <summary>Waits for the process to end by itself and returns its exit code.</summary>
    public async Task<int> ExitAsync(CancellationToken cancel)
    {
        await _process!.WaitForExitAsync(cancel);
        var code = _process.ExitCode;
        Forget();
        return code;
    }

    private void Forget()
    {
        lock (Alive) Alive.Remove(_process!);
        _process!.Dispose();
        _process = null;
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > LinesKept) _log.Dequeue();
            if (IsError(line)) Errors.Add(line);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await KillAsync();
        GC.SuppressFinalize(this);
    }
}
