using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace BotHub.Operations;

/// <summary>Runs the hub, and ends with an explanation instead of a crash when it is set up wrong.</summary>
public static partial class Launch
{
    /// <summary>Until the start is over, the host tells of its failure with a stack trace; we tell it in words.</summary>
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>What is known of the start.</summary>
    /// <param name="wrong">What was found wrong before the host was built.</param>
    private sealed class Phase(List<string> wrong)
    {
        public List<string> Wrong => wrong;

        public bool Started { get; set; }
    }

    internal static void AddLaunch(this IHostApplicationBuilder builder)
    {
        var phase = new Phase(ValueGuard.TakeOutLogLevels(builder.Configuration));
        builder.Services.AddSingleton(phase);
        builder.Logging.AddFilter(HostCategory, level => phase.Started && level >= LogLevel.Warning);
    }

    /// <param name="app">The hub as it was built.</param>
    /// <param name="map">Gives it its middleware and endpoints, once the settings are known to be right.</param>
    /// <returns>The process's exit code: 0 after an orderly stop, 1 when the hub did not start.</returns>
    public static async Task<int> RunOrExplainAsync(this WebApplication app, Action<WebApplication> map)
    {
        // Disposed last: the console writes its last lines then.
        await using var hub = app;
        if (Wrong(app) is { Count: > 0 } wrong) return Explain(app, wrong);
        try
        {
            map(app);
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await app.StopAsync();
            Log.Interrupted(app.Logger);
            return 0;
        }
        catch (Exception e) when (Errors(e).ToList() is { Count: > 0 } errors)
        {
            // What has started ends in order, and the reason is what stands last.
            await app.StopAsync();
            return Explain(app, errors);
        }

        app.Services.GetRequiredService<Phase>().Started = true;
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>
    /// Everything that is wrong with the settings. By itself the host would build all services first, and the first of them that reads a
    /// wrong setting would hide the rest.
    /// </summary>
    private static List<string> Wrong(WebApplication app)
    {
        List<string> wrong = [.. app.Services.GetRequiredService<Phase>().Wrong, .. ValueGuard.TakeOut(app.Configuration)];
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (Exception e) when (Errors(e).ToList() is { Count: > 0 } errors)
        {
            wrong.AddRange(errors);
        }

        return wrong;
    }

    private static int Explain(WebApplication app, List<string> errors)
    {
        foreach (var error in errors) Log.NotStarted(app.Logger, error);
        return 1;
    }

    /// <summary>What an operator can put right; empty for a bug, whose stack trace is wanted.</summary>
    private static IEnumerable<string> Errors(Exception e) => e switch
    {
        AggregateException several when several.InnerExceptions.All(i => Errors(i).Any()) => several.InnerExceptions.SelectMany(Errors),
        OptionsValidationException options => options.Failures,
        Storage.StoreStartException or IOException => [e.Message],
        SocketException => [$"It can't listen where 'urls' tells it to: {e.Message}. Use an address of this machine, and a port that this user may have (most may not have those below 1024)."],
        // Kestrel's, which names what it misses: a certificate, a file.
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } => [e.Message],
        // The binder's: a value of the wrong kind, with its key.
        InvalidOperationException { InnerException: FormatException or OverflowException or ArgumentException } => [e.Message],
        _ => [],
    };

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Critical, "The hub does not start: {Error}")]
        public static partial void NotStarted(ILogger log, string error);

        [LoggerMessage(2011, LogLevel.Warning, "The hub was asked to stop before it had started.")]
        public static partial void Interrupted(ILogger log);
    }
}
