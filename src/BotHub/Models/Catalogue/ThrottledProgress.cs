namespace BotHub.Models.Catalogue;

/// <summary>Passes progress on at most once an interval, and always when the file is whole. Called by one thread at a time.</summary>
internal sealed class ThrottledProgress(TimeSpan interval, TimeProvider time, Action<DownloadProgress> report) : IProgress<DownloadProgress>
{
    private long? _last;

    /// <inheritdoc />
    public void Report(DownloadProgress value)
    {
        if (_last is { } last && time.GetElapsedTime(last) < interval && value.Received < value.Total)
            return;
        _last = time.GetTimestamp();
        report(value);
    }
}
