using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using BotHub.Models.Catalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace BotHub.Tests.Models.Catalogue;

/// <summary>
/// A model hub on 127.0.0.1: <c>/hub</c> names the hash and redirects to <c>/storage</c>, which serves ranges. Tests may put
/// an own answer in front of storage for one request at a time.
/// </summary>
internal sealed class ModelHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelHost(WebApplication app, byte[] content) => (_app, Content) = (app, content);

    public byte[] Content { get; }

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>What the hub says the hash is; null: nothing.</summary>
    public string? LinkedEtag { get; set; }

    public string Etag { get; set; } = "\"v1\"";

    /// <summary>Answers for the next requests to storage, in order; after them, storage serves the file.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Next { get; } = new();

    /// <summary>The headers of each request to storage.</summary>
    public ConcurrentQueue<(string Range, string IfRange)> Requests { get; } = new();

    public static async Task<ModelHost> StartAsync(int size = 300_000)
    {
        var content = new byte[size];
        new Random(1).NextBytes(content);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var host = new ModelHost(builder.Build(), content);
        host._app.MapGet("/hub", host.Hub);
        host._app.MapGet("/storage", host.Storage);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>A catalogue entry for the hub's file.</summary>
    public CatalogueModel Model(string? sha256 = null, long? bytes = null, string path = "/hub") => new(
        "tiny", "tiny.gguf", new Uri(_app.Urls.Single() + path), bytes ?? Content.Length, sha256, "MIT", 128, "Tiny", "A test file.");

    /// <summary>Sends the head and some bytes of the file, then cuts the connection.</summary>
    public Func<HttpContext, Task> CutAfter(int bytes) => async http =>
    {
        http.Response.ContentLength = Content.Length;
        http.Response.Headers.ETag = Etag;
        await http.Response.Body.WriteAsync(Content.AsMemory(0, bytes));
        await http.Response.Body.FlushAsync();
        http.Abort();
    };

    private IResult Hub(HttpContext http)
    {
        if (LinkedEtag is not null)
            http.Response.Headers["X-Linked-Etag"] = $"\"{LinkedEtag}\"";
        return Results.Redirect("/storage");
    }

    private async Task Storage(HttpContext http)
    {
        Requests.Enqueue((Text(http.Request.Headers.Range), Text(http.Request.Headers.IfRange)));
        if (Next.TryDequeue(out var answer))
            await answer(http);
        else
            await Results.Bytes(Content, "application/octet-stream", enableRangeProcessing: true, entityTag: new(Etag)).ExecuteAsync(http);
    }

    private static string Text(StringValues header) => header.ToString();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
