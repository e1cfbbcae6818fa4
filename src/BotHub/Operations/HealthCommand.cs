using System.CommandLine;
using System.Globalization;
using System.Net;

namespace BotHub.Operations;

/// <summary><c>BotHub health</c>: asks a running hub whether it is ready, for images that have no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <param name="args">The whole command line, starting with <c>health</c>.</param>
    /// <returns>0 when the hub is ready, 1 when not, 2 when the command line is wrong.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, Environment.GetEnvironmentVariable, new InvocationConfiguration());

    internal static async Task<int> RunAsync(string[] args, Func<string, string?> environment, InvocationConfiguration console)
    {
        var url = new Option<Uri>("--url")
        {
            Description = "The hub's address.",
            DefaultValueFactory = _ => AddressOf(environment),
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : Refuse(result),
        };
        var health = new Command("health", "Asks a running hub whether it is ready; exit code 0 or 1.") { url };
        health.SetAction((parsed, cancel) => AskAsync(parsed.GetRequiredValue(url), console.Output, cancel));
        var parsed = new RootCommand("BotHub") { health }.Parse(args);
        var exit = await parsed.InvokeAsync(console);
        return parsed.Errors.Count > 0 ? 2 : exit;
    }

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--url needs an address such as http://localhost:8080.");
        return null;
    }

    /// <summary>Where a hub with the same environment listens on this machine.</summary>
    internal static Uri AddressOf(Func<string, string?> environment)
    {
        // ASP.NET Core's own order: URLS before HTTP_PORTS before its default.
        if (environment("ASPNETCORE_URLS") is { Length: > 0 } urls)
        {
            var first = urls.Split(';')[0].Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal)
                .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://[::]", "://localhost", StringComparison.Ordinal);
            if (Uri.TryCreate(first, UriKind.Absolute, out var uri)) return uri;
        }

        var ports = environment("ASPNETCORE_HTTP_PORTS") ?? "";
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{(int.TryParse(ports.Split(';')[0], CultureInfo.InvariantCulture, out var port) ? port : 5000)}"));
    }

    private static async Task<int> AskAsync(Uri hub, TextWriter output, CancellationToken cancel)
    {
        // One request from a process of its own: there is nothing to pool and no container to ask for a factory.
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(hub, "/health/ready"));
        try
        {
            using var response = await client.SendAsync(request, patience.Token);
            await output.WriteLineAsync(await response.Content.ReadAsStringAsync(patience.Token));
            return response.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await output.WriteLineAsync($"{hub} does not answer: {e.Message}");
            return 1;
        }
    }
}
