using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Llama.Native;

/// <summary>
/// llama.cpp's log, line by line, in ours. It is chatty, so its "info" is our Debug and its "debug" our Trace. The callback is
/// global to the process: the engine that loaded the libraries first decides the logger.
/// </summary>
internal static unsafe partial class NativeLog
{
    private const int Info = 2, Warn = 3, Error = 4, Continue = 5;

    private static ILogger _logger = NullLogger.Instance;

    // Lines arrive in fragments, and several native threads write at once.
    [ThreadStatic] private static StringBuilder? _line;
    [ThreadStatic] private static int _level;
    [ThreadStatic] private static List<string>? _captured;

    internal static void Install(ILogger logger)
    {
        _logger = logger;
        Api.llama_log_set(&OnLog, null);
    }

    /// <summary>Runs <paramref name="action"/> and also returns the error lines that it logged on this thread.</summary>
    internal static T Capture<T>(Func<T> action, out IReadOnlyList<string> errors)
    {
        var captured = _captured = [];
        try
        {
            return action();
        }
        finally
        {
            _captured = null;
            errors = captured;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(int level, byte* text, void* data)
    {
        try
        {
            if (level != Continue) _level = level;
            var line = _line ??= new StringBuilder();
            line.Append(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)));
            if (line.Length == 0 || line[^1] != '\n') return;
            var message = line.ToString().TrimEnd();
            line.Clear();
            // Progress dots and blank lines say nothing in a log.
            if (message.AsSpan().Trim('.').IsEmpty) return;
            if (_level == Error) _captured?.Add(message);
            Log.Native(_logger, ToLogLevel(_level), message);
        }
        catch (Exception)
        {
            // An exception must not cross into native code, and there is nowhere else to report a failing logger.
        }
    }

    private static LogLevel ToLogLevel(int level) => level switch
    {
        Error => LogLevel.Error,
        Warn => LogLevel.Warning,
        Info => LogLevel.Debug,
        _ => LogLevel.Trace,
    };

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "LlamaNative", Message = "llama.cpp: {Line}")]
        public static partial void Native(ILogger logger, LogLevel level, string line);
    }
}
