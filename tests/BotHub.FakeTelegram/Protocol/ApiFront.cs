using System.Net;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>The HTTP side: <c>/bot{token}/{method}</c>, <c>/file/bot{token}/{path}</c>, and the play API. No routing, no logging.</summary>
internal sealed class ApiFront(FakeTelegramServer server)
{
    private readonly PlayFront? _play = server.Options.Play ? new(server) : null;

    public static WebApplication Build(FakeTelegramServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = 64 << 20;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, server.Options.Port);
        });
        var app = builder.Build();
        app.Run(new ApiFront(server).HandleAsync);
        return app;
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/bot", StringComparison.Ordinal)) return CallAsync(context, path);
        if (path.StartsWith("/file/bot", StringComparison.Ordinal)) return DownloadAsync(context, path);
        return _play?.HandleAsync(context, path) ?? RefuseAsync(context, new(404, "Not Found"));
    }

    private async Task CallAsync(HttpContext context, string path)
    {
        var slash = path.IndexOf('/', 4);
        if (slash < 0)
        {
            await RefuseAsync(context, new(404, "Not Found")).ConfigureAwait(false);
            return;
        }

        FakeBot? bot;
        lock (server.Gate) bot = server.ByToken(path.AsSpan(4, slash - 4));
        if (bot is null)
        {
            await RefuseAsync(context, Refused.Unknown(path.AsSpan(4, slash - 4))).ConfigureAwait(false);
            return;
        }

        var call = new Call(path[(slash + 1)..]);
        try
        {
            using var body = await CallReader.ReadAsync(context, call).ConfigureAwait(false);
            await AnswerAsync(context, bot, call).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            await RefuseAsync(context, Refused.Bad("Can't parse request JSON object")).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, FakeBot bot, Call call)
    {
        Fault? fault;
        lock (server.Gate) fault = server.Faults.Match(bot, call);
        if (fault is not null && !await FaultRunner.BeforeAsync(server, context, bot, call, fault).ConfigureAwait(false)) return;

        if (call.Method.Equals("getUpdates", StringComparison.OrdinalIgnoreCase))
        {
            await PollAsync(context, bot, call, fault).ConfigureAwait(false);
            return;
        }

        var pad = Dispatcher.Execute(server, bot, call, out var refused);
        await SendAsync(context, pad, refused, fault).ConfigureAwait(false);
    }

    private async Task PollAsync(HttpContext context, FakeBot bot, Call call, Fault? fault)
    {
        Refused? refused = null;
        List<PendingUpdate> updates = [];
        try
        {
            int? allowed = call.TryJson("allowed_updates", out var kinds) && kinds.ValueKind == JsonValueKind.Array
                ? UpdateKinds.Mask(kinds.EnumerateArray().Select(k => k.AsText() ?? ""))
                : null;
            updates = await bot.Updates.PollAsync(call.Integer("offset"), call.Clamped("limit", 100, 1, 100), call.Clamped("timeout", 0, 0, 50), allowed, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Refused e)
        {
            refused = e;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var pad = Dispatcher.Finish(server, bot, call, refused, updates, static (json, updates) =>
        {
            json.WriteStartArray();
            foreach (var update in updates) json.WriteRawValue(update.Json, skipInputValidation: true);
            json.WriteEndArray();
        });
        await SendAsync(context, pad, refused, fault).ConfigureAwait(false);
    }

    private Task SendAsync(HttpContext context, Jsons.Pad pad, Refused? refused, Fault? fault)
    {
        if (fault is not null && fault.Kind is FaultKind.ActThenReset or FaultKind.ActThenHang)
        {
            Jsons.Return(pad);
            return FaultRunner.CutAsync(server, context, fault);
        }

        var length = fault?.Kind == FaultKind.Malformed ? pad.Buffer.WrittenCount / 2 : pad.Buffer.WrittenCount;
        Send(context, refused, pad.Buffer.WrittenSpan[..length]);
        Jsons.Return(pad);
        return Task.CompletedTask;
    }

    private static void Send(HttpContext context, Refused? refused, ReadOnlySpan<byte> body)
    {
        var response = context.Response;
        if (refused is not null)
        {
            response.StatusCode = refused.Code;
            if (refused.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        // Flushed by the server when the request ends.
        System.Buffers.BuffersExtensions.Write(response.BodyWriter, body);
    }

    internal static Task RefuseAsync(HttpContext context, Refused refused)
    {
        var pad = Jsons.Rent();
        Dispatcher.Error(pad.Writer, refused);
        pad.Writer.Flush();
        Send(context, refused, pad.Buffer.WrittenSpan);
        Jsons.Return(pad);
        return Task.CompletedTask;
    }

    private async Task DownloadAsync(HttpContext context, string path)
    {
        var slash = path.IndexOf('/', 9);
        FakeFile? file = null;
        lock (server.Gate)
        {
            if (slash > 0 && server.ByToken(path.AsSpan(9, slash - 9)) is not null) file = server.FileAt(path[(slash + 1)..]);
        }

        if (file is null)
        {
            await RefuseAsync(context, new(404, "Not Found")).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = file.Bytes.Length;
        await context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
