using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>The play API and the page: tests in other processes and people use it; bots never do.</summary>
internal sealed class PlayFront(FakeTelegramServer server)
{
    private static readonly Dictionary<string, string> Types = new() { [".html"] = "text/html; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".css"] = "text/css; charset=utf-8", [".svg"] = "image/svg+xml" };

    private readonly PlayActions _actions = new(server);

    public async Task HandleAsync(HttpContext context, string path)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (!path.StartsWith("/play/", StringComparison.Ordinal))
        {
            await FileAsync(context, path == "/" ? "index.html" : path[1..]).ConfigureAwait(false);
            return;
        }

        try
        {
            if (path == "/play/events") await EventsAsync(context).ConfigureAwait(false);
            else if (path == "/play/wait") await WaitAsync(context).ConfigureAwait(false);
            else if (path.StartsWith("/play/files/", StringComparison.Ordinal)) await DownloadAsync(context, path["/play/files/".Length..]).ConfigureAwait(false);
            else if (isPost) await ActAsync(context, path).ConfigureAwait(false);
            else if (!Look(path, out var write)) await ApiFront.RefuseAsync(context, new(404, "Not Found")).ConfigureAwait(false);
            else await JsonAsync(context, write).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or KeyNotFoundException or JsonException or TimeoutException)
        {
            context.Response.StatusCode = e is TimeoutException ? 408 : 400;
            await JsonAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteString("error", e.Message);
                json.WriteEndObject();
            }).ConfigureAwait(false);
        }
    }

    private bool Look(string path, out Action<Utf8JsonWriter> write)
    {
        write = path switch
        {
            "/play/world" => json => PlayJson.World(json, server),
            "/play/calls" => json => PlayJson.Calls(json, server),
            _ when path.StartsWith("/play/chats/", StringComparison.Ordinal) => json => PlayJson.Chat(json, _actions.Chat(path["/play/chats/".Length..])),
            _ => null!,
        };
        return write is not null;
    }

    private async Task ActAsync(HttpContext context, string path)
    {
        // Another page in the same browser must not be able to play: it cannot send this type without asking first.
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) throw new ArgumentException("Send application/json.");
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
        await JsonAsync(context, json => _actions.Run(path["/play/".Length..], body.RootElement, json)).ConfigureAwait(false);
    }

    private Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        byte[] bytes;
        lock (server.Gate) bytes = Jsons.Bytes(write);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>Waits until a bot's message of the chat contains a text, or bots have so many messages there; answers the chat.</summary>
    private async Task WaitAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var chat = _actions.Chat(query["chat"].ToString());
        var timeout = TimeSpan.FromSeconds(double.TryParse(query["seconds"], System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? Math.Clamp(seconds, 0, 600) : 15);
        if (query.TryGetValue("contains", out var part)) await chat.WaitForTextAsync(part.ToString(), timeout).ConfigureAwait(false);
        else if (int.TryParse(query["messages"], out var count)) await chat.WaitForBotMessagesAsync(count, timeout).ConfigureAwait(false);
        else throw new ArgumentException("Say contains=TEXT or messages=COUNT.");
        await JsonAsync(context, json => PlayJson.Chat(json, chat)).ConfigureAwait(false);
    }

    /// <summary>A ping with the version after every change, at most 20 a second.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var seen = -1L;
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                var was = seen;
                var version = await server.NewsAsync(was, TimeSpan.FromSeconds(20), context.RequestAborted).ConfigureAwait(false);
                seen = version;
                await context.Response.WriteAsync($"data: {version}\n\n", context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                await Task.Delay(50, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
    }

    private async Task DownloadAsync(HttpContext context, string id)
    {
        FakeFile? file;
        lock (server.Gate) file = server.FileOf(id);
        if (file is null)
        {
            context.Response.StatusCode = 404;
            return;
        }

        // Never rendered: a person may have attached HTML.
        context.Response.ContentType = file.Kind == FakeFileKind.Photo ? file.MimeType : "application/octet-stream";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "sandbox";
        await context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task FileAsync(HttpContext context, string name)
    {
        await using var file = typeof(PlayFront).Assembly.GetManifestResourceStream(name);
        if (file is null || !Types.TryGetValue(Path.GetExtension(name), out var type))
        {
            await ApiFront.RefuseAsync(context, new(404, "Not Found")).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = type;
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:";
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
