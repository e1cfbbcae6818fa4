using System.Text.Json;

namespace BotHub.Tests.Operations;

public sealed class ContractDocumentTests
{
    private const string Update = "BOTHUB_UPDATE_OPENAPI";

    [Fact]
    public async Task The_checked_in_document_is_the_one_that_the_hub_serves()
    {
        await using var host = await OperationsHost.StartAsync();
        var served = (await host.Client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = Repository.PathOf("docs", "openapi.json");
        if (Environment.GetEnvironmentVariable(Update) == "1") await File.WriteAllTextAsync(path, served);

        Assert.True(
            served == await File.ReadAllTextAsync(path),
            $"The contract has changed and docs/openapi.json has not. If that is meant: {Update}=1 dotnet test --project tests/BotHub.Tests --filter-class \"*ContractDocumentTests\"");
    }

    [Fact]
    public async Task Every_operation_is_described_and_secured_as_it_is_in_fact()
    {
        await using var host = await OperationsHost.StartAsync();
        var document = (await host.GetAsync("/openapi/v1.json")).Body;

        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => (Path: p.Name, Operation: o.Value))).ToList();

        Assert.Equal(10, operations.Count);
        Assert.All(operations, o =>
        {
            Assert.NotEmpty(o.Operation.GetProperty("summary").GetString()!);
            Assert.NotEmpty(o.Operation.GetProperty("description").GetString()!);
            Assert.Equal(o.Path.Contains("{conversation}", StringComparison.Ordinal) || o.Path == "/api/usage", o.Operation.TryGetProperty("security", out _));
            foreach (var name in o.Path.Split('{').Skip(1).Select(p => p.Split('}')[0]))
                Assert.Contains(o.Operation.GetProperty("parameters").EnumerateArray(), p => p.GetProperty("name").GetString() == name && p.GetProperty("required").GetBoolean());
        });
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        await using var host = await OperationsHost.StartAsync();
        var document = (await host.GetAsync("/openapi/v1.json")).Body;

        foreach (var reference in References(document))
        {
            var at = document;
            foreach (var part in reference.TrimStart('#', '/').Split('/'))
                Assert.True(at.TryGetProperty(part, out at), reference);
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
