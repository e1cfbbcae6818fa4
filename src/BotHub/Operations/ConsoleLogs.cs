using Microsoft.Extensions.Logging.Console;

namespace BotHub.Operations;

/// <summary>One line an entry: for eyes on a terminal, as JSON in a container. <c>Logging:Console</c> overrules both.</summary>
internal static class ConsoleLogs
{
    private const string Section = "Logging:Console";

    public static void AddConsoleLogs(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var container = configuration.GetValue("DOTNET_RUNNING_IN_CONTAINER", false);
        var format = configuration.GetSection($"{Section}:FormatterOptions");
        builder.Services.Configure<ConsoleLoggerOptions>(o =>
            o.FormatterName = configuration[$"{Section}:FormatterName"] ?? (container ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple));
        builder.Services.Configure<SimpleConsoleFormatterOptions>(o =>
        {
            o.SingleLine = format.GetValue(nameof(o.SingleLine), true);
            o.TimestampFormat = format[nameof(o.TimestampFormat)] ?? "HH:mm:ss ";
        });
        builder.Services.Configure<JsonConsoleFormatterOptions>(o =>
        {
            o.UseUtcTimestamp = format.GetValue(nameof(o.UseUtcTimestamp), true);
            o.TimestampFormat = format[nameof(o.TimestampFormat)] ?? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
    }
}
