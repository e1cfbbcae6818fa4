using System.IO.Pipelines;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Reads the arguments of a call from its query and body.</summary>
internal static class CallReader
{
    /// <summary>What is returned keeps the JSON alive until the call is answered; null when there is none.</summary>
    /// <exception cref="JsonException">The body says it is JSON and is not.</exception>
    public static async ValueTask<JsonBody?> ReadAsync(HttpContext context, Call call)
    {
        var request = context.Request;
        if (request.QueryString.HasValue)
        {
            foreach (var (name, values) in request.Query) call.Take(name, values.ToString());
        }

        if (request.ContentType is not { } type) return null;
        if (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            if (request.ContentLength == 0) return null;
            // Parsed where it arrived, without a copy: the pipe goes on only when the call is answered.
            var read = await request.BodyReader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            while (!read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await request.BodyReader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            }

            var json = new JsonBody(JsonDocument.Parse(read.Buffer), request.BodyReader, read.Buffer.End);
            call.Take(json.Root);
            return json;
        }

        if (!request.HasFormContentType) return null;
        var form = await request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        foreach (var (name, values) in form) call.Take(name, values.ToString());
        foreach (var file in form.Files)
        {
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
            call.Take(file.Name, file.FileName, file.ContentType ?? "application/octet-stream", bytes.ToArray());
        }

        return null;
    }
}

/// <summary>A JSON body in the buffers it came in.</summary>
internal sealed class JsonBody(JsonDocument document, PipeReader reader, SequencePosition end) : IDisposable
{
    public JsonElement Root => document.RootElement;

    public void Dispose()
    {
        document.Dispose();
        reader.AdvanceTo(end);
    }
}
