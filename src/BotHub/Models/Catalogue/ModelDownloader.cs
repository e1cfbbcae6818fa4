using System.Globalization;
using System.Security.Cryptography;

namespace BotHub.Models.Catalogue;

/// <summary>
/// Downloads a model into <c>FILE.part</c>, resumes what is there, checks size and SHA-256, and only then gives the file its
/// name. The part file, open without sharing, is also the lock between processes: a second download waits for the first, which
/// gives the file its name before it lets go.
/// </summary>
internal sealed partial class ModelDownloader(
    IHttpClientFactory http, DownloadSettings settings, TimeProvider time, ILogger<ModelDownloader> logger)
{
    /// <summary>The name of the <see cref="HttpClient"/>.</summary>
    public const string ClientName = "models";

    /// <summary>Room to leave on the disk beside the file.</summary>
    private const long SpareBytes = 64L << 20;

    /// <summary>Nobody else may open the file. Windows must be told that it may be renamed and deleted meanwhile; elsewhere that is no question.</summary>
    private static readonly FileShare Exclusive = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Gets a model into a folder. Only cancellation throws; a part that was received stays for the next time.</summary>
    public async Task<DownloadOutcome> DownloadAsync(
        CatalogueModel model, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var final = Path.Combine(folder, model.File);
            await using var part = await OpenPartAsync(model, final, cancellationToken);
            if (part is null)
                return new DownloadOutcome.Done(final);
            if (Shortage(model, folder, part.Length) is { } shortage)
                return new DownloadOutcome.Failed(shortage);
            var failure = await ReceiveAsync(model, part, progress, cancellationToken);
            if (failure is not null)
            {
                if (part.Length == 0)
                    File.Delete(part.Name);
                return new DownloadOutcome.Failed(failure);
            }

            part.Flush(flushToDisk: true);
            File.Move(part.Name, final, overwrite: true);
            Log.Downloaded(logger, model.Name, final);
            return new DownloadOutcome.Done(final);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DownloadOutcome.Failed($"'{model.File}' cannot be written to '{folder}': {e.Message}");
        }
    }

    /// <summary>Opens the part file, waiting while another process has it; null when the whole file is there.</summary>
    private async Task<FileStream?> OpenPartAsync(CatalogueModel model, string final, CancellationToken cancellationToken)
    {
        var name = final + ".part";
        for (var waiting = false; ; waiting = true)
        {
            if (IsThere())
                return null;
            try
            {
                var part = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, Exclusive, bufferSize: 0, useAsync: true);
                // Between the look above and the lock another one may have finished, or given up and deleted what was opened here.
                if (!IsThere() && File.Exists(name))
                    return part;
                if (part.Length == 0)
                    File.Delete(name);
                await part.DisposeAsync();
            }
            catch (IOException e) when (IsTaken(e))
            {
                if (!waiting)
                    Log.Waiting(logger, model.Name, name);
                await Task.Delay(settings.Poll, time, cancellationToken);
            }
        }

        bool IsThere() => File.Exists(final) && new FileInfo(final).Length == model.Bytes;
    }

    /// <summary>Whether a file could not be opened because another one has it: EWOULDBLOCK of flock(2), or a sharing violation.</summary>
    private static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string? Shortage(CatalogueModel model, string folder, long received)
    {
        var (needed, free) = (model.Bytes - received + SpareBytes, settings.FreeBytes(folder));
        return free >= needed ? null
            : $"the disk of '{folder}' has {ByteSize.Text(free)} free, {ByteSize.Text(needed)} are needed; make room or set Models:Directory";
    }

    /// <summary>Receives until the file is whole and right. Returns what went wrong, or null.</summary>
    private async Task<string?> ReceiveAsync(
        CatalogueModel model, FileStream part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var client = http.CreateClient(ClientName);
        var transfer = new ModelTransfer(client, model, settings.Stall, time);
        var pause = settings.Pause;
        for (var failures = 0; ;)
        {
            var before = part.Length;
            switch (await transfer.ContinueAsync(part, progress, cancellationToken))
            {
                case TransferStep.Whole:
                    return await WrongHashAsync(part, transfer.Sha256, cancellationToken);
                case TransferStep.Refused(var reason):
                    return reason;
                case TransferStep.Broken(var reason):
                    failures = part.Length > before ? 1 : failures + 1;
                    if (failures >= settings.Attempts)
                        return $"'{model.Name}' could not be downloaded from {model.Url.Host}: {reason}";
                    pause = failures == 1 ? settings.Pause : pause * 2;
                    Log.Retrying(logger, model.Name, reason, pause);
                    await Task.Delay(pause, time, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Compares the hash. A wrong file is emptied: resuming it could never end well.</summary>
    private static async Task<string?> WrongHashAsync(FileStream part, string? expected, CancellationToken cancellationToken)
    {
        part.Position = 0;
        var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(part, cancellationToken));
        if (actual.Equals(expected, StringComparison.OrdinalIgnoreCase))
            return null;
        File.Delete(part.Name);
        return expected is null
            ? "the server named no SHA-256 for the file, so it cannot be trusted; it was deleted"
            : string.Create(CultureInfo.InvariantCulture, $"the file's SHA-256 is {actual}, expected {expected}; it was deleted, try again");
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelDownloaded", Level = LogLevel.Information, Message = "Model {Model} is downloaded and checked: {Path}")]
        public static partial void Downloaded(ILogger logger, string model, string path);

        [LoggerMessage(EventName = "ModelDownloadWaiting", Level = LogLevel.Information, Message = "Model {Model} is being downloaded by another process ({Part}); waiting for it")]
        public static partial void Waiting(ILogger logger, string model, string part);

        [LoggerMessage(EventName = "ModelDownloadRetrying", Level = LogLevel.Warning, Message = "The download of model {Model} broke off ({Reason}); going on in {Pause}")]
        public static partial void Retrying(ILogger logger, string model, string reason, TimeSpan pause);
    }
}
