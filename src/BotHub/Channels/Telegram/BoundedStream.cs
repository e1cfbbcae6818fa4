using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>Reads a download up to a length and within a time, whatever its sender promised.</summary>
/// <param name="most">In bytes.</param>
/// <param name="owned">Disposed with it.</param>
/// <param name="limit">Ends the reading.</param>
internal sealed class BoundedStream(Stream inner, long most, IReadOnlyList<IDisposable> owned, CancellationToken limit) : Stream
{
    private long _read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <exception cref="AttachmentException">It is longer than it may be, or the connection broke.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit, cancellationToken);
            var count = await inner.ReadAsync(buffer, linked.Token);
            _read += count;
            return _read <= most ? count : throw TelegramFiles.TooLarge(most);
        }
        catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AttachmentException("The download of this file broke off.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            foreach (var one in owned) one.Dispose();
        }

        base.Dispose(disposing);
    }
}
