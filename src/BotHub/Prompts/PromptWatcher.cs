namespace BotHub.Prompts;

/// <summary>
/// Calls back after files of a folder changed: soon after the operating system says so, and in any case now and then, as
/// network and container mounts may say nothing. When the system's watcher fails, looking now and then becomes often.
/// </summary>
internal sealed partial class PromptWatcher : IDisposable
{
    /// <summary>Editors write a file in several steps: wait for the last one.</summary>
    internal static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    /// <summary>How often to look while the system's watcher works.</summary>
    internal static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);

    /// <summary>How often to look without it.</summary>
    internal static readonly TimeSpan Often = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly FileSystemWatcher? _watcher;
    private TimeSpan _interval = Seldom;

    /// <param name="folder">The folder; its subfolders do not count.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called when something may have changed; must itself find out whether it has.</param>
    /// <param name="logger">Told when the system's watcher fails.</param>
    public PromptWatcher(string folder, TimeProvider time, Action changed, ILogger logger)
    {
        _logger = logger;
        _timer = time.CreateTimer(_ => changed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            // No filter: mounted configuration changes by swapping links whose names are not those of the files.
            _watcher = new FileSystemWatcher(folder);
            _watcher.Changed += OnChange;
            _watcher.Created += OnChange;
            _watcher.Deleted += OnChange;
            _watcher.Renamed += OnChange;
            _watcher.Error += (_, e) => Fail(e.GetException());
            _watcher.EnableRaisingEvents = true;
            _timer.Change(Seldom, Seldom);
        }
        catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException)
        {
            Fail(e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _watcher?.Dispose();
        _timer.Dispose();
    }

    /// <summary>Goes on without the system's watcher.</summary>
    internal void Fail(Exception reason)
    {
        if (_interval == Often)
            return;
        Log.Failed(_logger, reason, Often);
        _interval = Often;
        _timer.Change(Often, Often);
    }

    private void OnChange(object sender, FileSystemEventArgs change) => _timer.Change(Settle, _interval);

    private static partial class Log
    {
        [LoggerMessage(EventName = "PromptWatchFailed", Level = LogLevel.Warning, Message = "The prompts' folder cannot be watched; it is looked at every {Interval} instead")]
        public static partial void Failed(ILogger logger, Exception reason, TimeSpan interval);
    }
}
