using System.Diagnostics.CodeAnalysis;
using BotHub.Core.Prompts;
using Microsoft.Extensions.Options;

namespace BotHub.Prompts;

/// <summary>
/// The personas. Read while the host starts, where any error stops it; afterwards changed files are taken up, and a change
/// with errors is logged and leaves the last good version in place.
/// </summary>
internal sealed partial class PromptLibrary(IOptions<PromptsOptions> options, TimeProvider time, ILogger<PromptLibrary> logger)
    : IPromptLibrary, IHostedLifecycleService, IDisposable
{
    private readonly Lock _reloading = new();
    private volatile PromptSnapshot? _current;
    private PromptWatcher? _watcher;
    private string _folder = "";
    private string _stamp = "";

    /// <summary>The personas now. Take it once for a turn.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public PromptSnapshot Current => _current ?? throw new InvalidOperationException("The prompts are read when the host starts.");

    /// <summary>The persona of everyone who chose none.</summary>
    public Persona Default => Current.Default;

    /// <summary>Raised after changed personas were taken up, or refused (then <see cref="Current"/> is the old snapshot).</summary>
    public event EventHandler? Reloaded;

    /// <summary>The persona with this id, or the default one for null; false where there is no such persona.</summary>
    public bool TryGet(string? id, [NotNullWhen(true)] out Persona? persona)
    {
        var snapshot = Current;
        persona = id is null ? snapshot.Default : snapshot.Personas.GetValueOrDefault(id);
        return persona is not null;
    }

    /// <inheritdoc />
    public Persona Get(string? id) => TryGet(id, out var persona) ? persona : Default;

    /// <summary>Reads the personas and starts watching the folder.</summary>
    /// <exception cref="OptionsValidationException">Files are wrong; it names every file, line and error.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Not in the constructor: options are read only after the validators had their say.
        _folder = PromptFolder.Of(options.Value);
        _stamp = PromptSnapshot.Stamp(_folder);
        _current = PromptSnapshot.Read(_folder, options.Value.Default, out var errors)
            ?? throw new OptionsValidationException(PromptsOptions.Section, typeof(PromptsOptions), errors);
        Log.Read(logger, _current.Personas.Count, _folder, Summary(_current));
        if (options.Value.Reload)
            _watcher = new PromptWatcher(_folder, time, ReloadIfChanged, logger);
        return Task.CompletedTask;
    }

    /// <summary>Reads the personas again if a file is changed, added or gone.</summary>
    internal void ReloadIfChanged()
    {
        lock (_reloading)
        {
            var stamp = PromptSnapshot.Stamp(_folder);
            if (stamp == _stamp)
                return;
            _stamp = stamp;
            if (PromptSnapshot.Read(_folder, options.Value.Default, out var errors) is { } snapshot)
            {
                _current = snapshot;
                Log.Reloaded(logger, Summary(snapshot));
            }
            else
            {
                Log.Refused(logger, string.Join(" ", errors));
            }
        }

        Reloaded?.Invoke(this, EventArgs.Empty);
    }

    private static string Summary(PromptSnapshot snapshot) =>
        string.Join(", ", snapshot.Personas.Values.OrderBy(p => p.Id, StringComparer.Ordinal).Select(p => $"{p.Id} v{p.Version} ({p.Hash})"));

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops watching.</summary>
    public void Dispose() => _watcher?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(EventName = "PromptsRead", Level = LogLevel.Information, Message = "{Count} persona(s) read from {Folder}: {Personas}")]
        public static partial void Read(ILogger logger, int count, string folder, string personas);

        [LoggerMessage(EventName = "PromptsReloaded", Level = LogLevel.Information, Message = "Changed prompts are in use: {Personas}")]
        public static partial void Reloaded(ILogger logger, string personas);

        [LoggerMessage(EventName = "PromptsRefused", Level = LogLevel.Error, Message = "Changed prompts are wrong, the last good ones stay in use: {Errors}")]
        public static partial void Refused(ILogger logger, string errors);
    }
}
