using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Operations;

public sealed class ConsoleLogsTests
{
    [Theory]
    [InlineData(null, null, "simple")]
    [InlineData("true", null, "json")]
    [InlineData("true", "simple", "simple")]
    [InlineData(null, "json", "json")]
    public async Task Logs_are_for_eyes_on_a_terminal_and_json_in_a_container_unless_told_otherwise(string? container, string? formatter, string expected)
    {
        await using var app = OperationsHost.Build(new() { ["DOTNET_RUNNING_IN_CONTAINER"] = container ?? "false", ["Logging:Console:FormatterName"] = formatter });

        Assert.Equal(expected, app.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.True(app.Services.GetRequiredService<IOptions<SimpleConsoleFormatterOptions>>().Value.SingleLine);
        Assert.EndsWith("'Z'", app.Services.GetRequiredService<IOptions<JsonConsoleFormatterOptions>>().Value.TimestampFormat, StringComparison.Ordinal);
    }
}
