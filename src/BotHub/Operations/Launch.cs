using Microsoft.Extensions.Options;

namespace BotHub.Operations;

/// <summary>Runs the hub, and ends with an explanation instead of a crash when it is set up wrong.</summary>
public static partial class Launch
{
    /// <returns>The process's exit code: 0 after an orderly stop, 1 when the hub did not start.</returns>
    public static async Task<int> RunOrExplainAsync(this WebApplication app)
    {
        // Disposed last: the console writes its last lines then.
        await using var hub = app;
        try
        {
            // By itself the host would build all services first, and the first of them that reads a wrong setting would hide the rest.
            app.Services.GetService<IStartupValidator>()?.Validate();
            await app.StartAsync();
        }
        catch (Exception e) when (Errors(e).ToList() is { Count: > 0 } errors)
        {
            foreach (var error in errors) Log.NotStarted(app.Logger, error);
            return 1;
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>What an operator can put right; empty for a bug, whose stack trace is wanted.</summary>
    private static IEnumerable<string> Errors(Exception e) => e switch
    {
        AggregateException several when several.InnerExceptions.All(i => Errors(i).Any()) => several.InnerExceptions.SelectMany(Errors),
        OptionsValidationException options => options.Failures,
        Storage.StoreStartException or IOException => [e.Message],
        // The binder's: a value of the wrong kind, with its key.
        InvalidOperationException { InnerException: FormatException or OverflowException or ArgumentException } => [e.Message],
        _ => [],
    };

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Critical, "The hub does not start: {Error}")]
        public static partial void NotStarted(ILogger log, string error);
    }
}
