using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace BotHub.Models.Catalogue;

/// <summary>How one attempt to receive a file ended.</summary>
internal abstract record TransferStep
{
    private TransferStep()
    {
    }

    /// <summary>All bytes are there.</summary>
    internal sealed record Whole : TransferStep;

    /// <summary>It broke off; another attempt may go on from what is there.</summary>
    internal sealed record Broken(string Reason) : TransferStep;

    /// <summary>Another attempt would end the same way.</summary>
    internal sealed record Refused(string Reason) : TransferStep;
}

/// <summary>
/// The HTTP side of a download: redirects, ranges, stalls. Redirects are followed here, not by the handler, because the
/// model hub tells the file's SHA-256 (<c>X-Linked-Etag</c>) only in its own answer, before it redirects to storage.
/// </summary>
internal sealed class ModelTransfer(HttpClient client, CatalogueModel model, TimeSpan stall, TimeProvider time)
{
    private const int MaxRedirects = 10;
    private const int BufferSize = 1 << 17;

    private EntityTagHeaderValue? _storageTag;

    /// <summary>The expected hash: the catalogue's, else the one the hub named.</summary>
    public string? Sha256 { get; private set; } = model.Sha256;

    /// <summary>Asks for what <paramref name="part"/> lacks and appends it.</summary>
    /// <exception cref="IOException">The disk, not the network, failed.</exception>
    public async Task<TransferStep> ContinueAsync(
        FileStream part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (part.Length > model.Bytes)
            part.SetLength(0);
        if (part.Length == model.Bytes && Sha256 is not null)
            return new TransferStep.Whole();

        using var patience = new CancellationTokenSource(stall, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var response = await RequestAsync(part.Length, linked.Token);
            if (Judge(response, part) is { } step)
                return step;
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            return await AppendAsync(body, part, progress, patience, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TransferStep.Broken(string.Create(CultureInfo.InvariantCulture, $"the server sent nothing for {stall.TotalSeconds:0.#} seconds, or could not be reached"));
        }
        catch (HttpRequestException e)
        {
            return new TransferStep.Broken(e.InnerException?.Message ?? e.Message);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(long from, CancellationToken cancellationToken)
    {
        var url = model.Url;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (from > 0)
                request.Headers.Range = new RangeHeaderValue(from, null);
            if (from > 0 && _storageTag is { IsWeak: false })
                request.Headers.IfRange = new RangeConditionHeaderValue(_storageTag);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Sha256 ??= LinkedHash(response);
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location)
                return response;

            response.Dispose();
            var next = new Uri(url, location);
            if (redirects >= MaxRedirects || (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
                throw new HttpRequestException($"the redirect to {next.Host} is not followed (too many, or not https)");
            url = next;
        }
    }

    private static string? LinkedHash(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Linked-Etag", out var values)
        && values.First().Trim('"') is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit)
            ? hash
            : null;

    /// <summary>Decides by the answer's head where to write, or that there is nothing to write: then a step is returned.</summary>
    private TransferStep? Judge(HttpResponseMessage response, FileStream part)
    {
        var head = response.Content.Headers;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent
                when head.ContentRange is { } range && range.From == part.Length && (range.Length ?? model.Bytes) == model.Bytes:
                _storageTag = response.Headers.ETag;
                part.Position = part.Length;
                return null;
            case HttpStatusCode.OK when (head.ContentLength ?? model.Bytes) == model.Bytes:
                _storageTag = response.Headers.ETag;
                part.SetLength(0);
                return null;
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                return new TransferStep.Refused($"the server's file for '{model.Name}' has another size than the catalogue says; has it been replaced?");
            case HttpStatusCode.RequestedRangeNotSatisfiable when part.Length == model.Bytes:
                return new TransferStep.Whole();
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                part.SetLength(0);
                return new TransferStep.Broken("the server has no such range; starting over");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                return new TransferStep.Broken($"the server answered {(int)response.StatusCode}");
            default:
                return new TransferStep.Refused($"{model.Url.Host} answered {(int)response.StatusCode} for {model.Url}; the model is not there or needs permission");
        }
    }

    private async Task<TransferStep> AppendAsync(
        Stream body, FileStream part, IProgress<DownloadProgress>? progress, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        progress?.Report(new DownloadProgress(part.Length, model.Bytes));
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException e)
            {
                // Network, not disk: what has arrived is kept.
                await part.FlushAsync(cancellationToken);
                return new TransferStep.Broken(e.Message);
            }

            if (read == 0)
                break;
            patience.CancelAfter(stall);
            if (part.Position + read > model.Bytes)
            {
                part.SetLength(0);
                return new TransferStep.Refused($"the server sends more bytes than '{model.Name}' has");
            }

            await part.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(new DownloadProgress(part.Position, model.Bytes));
        }

        await part.FlushAsync(cancellationToken);
        return part.Length == model.Bytes ? new TransferStep.Whole() : new TransferStep.Broken("the connection ended early");
    }
}
