using System.CommandLine;
using BotHub.Operations;

namespace BotHub.Tests.Operations;

public sealed class HealthCommandTests
{
    [Fact]
    public async Task It_ends_with_0_when_the_hub_is_ready()
    {
        await using var host = await OperationsHost.StartAsync();
        var (exit, text) = await RunAsync("--url", host.Client.BaseAddress!.ToString());
        Assert.Equal(0, exit);
        Assert.Contains("\"ready\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_with_1_when_the_hub_is_not_ready()
    {
        await using var host = await OperationsHost.StartAsync();
        host.Models.All = [];
        var (exit, text) = await RunAsync("--url", host.Client.BaseAddress!.ToString());
        Assert.Equal(1, exit);
        Assert.Contains("none is loaded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_with_1_when_nobody_answers()
    {
        var (exit, text) = await RunAsync("--url", "http://127.0.0.1:1");
        Assert.Equal(1, exit);
        Assert.Contains("does not answer", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--url", "nonsense")]
    [InlineData("--port", "1")]
    public async Task It_ends_with_2_when_the_command_line_is_wrong(params string[] args) => Assert.Equal(2, (await RunAsync(args)).Exit);

    [Theory]
    [InlineData(null, null, "http://localhost:5000/")]
    [InlineData(null, "8080", "http://localhost:8080/")]
    [InlineData("http://+:81", "8080", "http://localhost:81/")]
    [InlineData("http://0.0.0.0:82;https://0.0.0.0:83", null, "http://localhost:82/")]
    public void Without_an_address_it_asks_where_a_hub_of_the_same_environment_listens(string? urls, string? ports, string expected) =>
        Assert.Equal(expected, HealthCommand.AddressOf(name => name switch { "ASPNETCORE_URLS" => urls, "ASPNETCORE_HTTP_PORTS" => ports, _ => null }).ToString());

    private static async Task<(int Exit, string Text)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await HealthCommand.RunAsync(["health", .. args], _ => null, new InvocationConfiguration { Output = output, Error = errors });
        return (exit, output.ToString());
    }
}
