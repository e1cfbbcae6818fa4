using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;

namespace BotHub.Channels.Web;

/// <summary>Reads bounded JSON bodies. Each way to fail has its own answer, and the sender gets to read it.</summary>
internal static class RequestBody
{
    /// <summary>
    /// A body over its limit is still taken in up to this many bytes and thrown away: a client that is cut off while it sends sees a
    /// broken connection instead of the 413.
    /// </summary>
    private const long DrainLimit = 8 * 1024 * 1024;

    /// <param name="limit">In bytes.</param>
    /// <param name="optional">No body at all is a null body, not an error.</param>
    public static async Task<(T? Body, IResult? Refusal)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type, long limit, bool optional)
        where T : class
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = DrainLimit;
        try
        {
            var (bytes, length) = await TakeAsync(http.Request.BodyReader, limit, http.RequestAborted);
            if (length > limit) return (null, Problems.TooLarge($"The body has {length} bytes; {limit} are allowed."));
            if (length == 0 && optional) return (null, null);
            if (http.Request.ContentType is { } form && !http.Request.HasJsonContentType()) return (null, Problems.Bad($"The body must be JSON (Content-Type: application/json), not {form.Split(';')[0]}."));
            var body = JsonSerializer.Deserialize(bytes.WrittenSpan, type);
            return body is null && !optional ? (null, Problems.Bad("The body must be a JSON object.")) : (body, null);
        }
        catch (JsonException)
        {
            return (null, Problems.Bad("The body is no valid JSON object of the expected form."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.TooLarge($"The body may have {limit} bytes."));
        }
    }

    private static async Task<(ArrayBufferWriter<byte> Bytes, long Length)> TakeAsync(PipeReader reader, long limit, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        long length = 0;
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            length += read.Buffer.Length;
            if (length <= limit)
                foreach (var part in read.Buffer) bytes.Write(part.Span);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return (bytes, length);
        }
    }
}
