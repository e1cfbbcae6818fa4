namespace BotHub.Storage;

/// <summary>Lets an embedded server's warnings and errors through, under the room's name, and nothing else: it tells much on its way up.</summary>
internal sealed class QuietLoggers(ILoggerFactory loggers) : ILoggerFactory
{
    private volatile bool _closing;

    /// <summary>From here on the server's tasks break off one by one, and each would call that an error.</summary>
    public void Close() => _closing = true;

    public ILogger CreateLogger(string categoryName) => new Quiet(this, loggers.CreateLogger($"BotHub.Storage.Garnet.{categoryName}"));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The host's loggers are used as they are.");

    // The host's factory outlives the server.
    public void Dispose()
    {
    }

    private sealed class Quiet(QuietLoggers owner, ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && !owner._closing && logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
