using System.Globalization;
using BotHub.Models.Catalogue;

namespace BotHub.Models;

/// <summary>A progress bar on one line of a terminal; where output is a file or a pipe, a line every ten per cent.</summary>
internal sealed class ConsoleBar : IProgress<DownloadProgress>
{
    private const int Width = 30;

    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private readonly ThrottledProgress _throttle;
    private DownloadProgress? _first;
    private long _start;
    private long _tenth = -1;
    private bool _open;

    public ConsoleBar(TextWriter output, TimeProvider time)
    {
        _output = output;
        _time = time;
        _throttle = new ThrottledProgress(TimeSpan.FromMilliseconds(200), time, Draw);
    }

    /// <inheritdoc />
    public void Report(DownloadProgress value) => _throttle.Report(value);

    /// <summary>Ends the bar's line.</summary>
    public void End()
    {
        if (_open)
            _output.WriteLine();
        _open = false;
    }

    private void Draw(DownloadProgress progress)
    {
        if (_first is null)
            (_first, _start) = (progress, _time.GetTimestamp());
        var percent = progress.Received * 100 / Math.Max(1, progress.Total);
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{percent,3} %  {ByteSize.Text(progress.Received)} of {ByteSize.Text(progress.Total)}  {Rate(progress)}");
        if (_terminal)
        {
            var full = (int)(percent * Width / 100);
            _output.Write($"\r[{new string('#', full)}{new string('.', Width - full)}] {text}   ");
            _open = true;
        }
        else if (percent / 10 > _tenth)
        {
            _tenth = percent / 10;
            _output.WriteLine(text);
        }
    }

    /// <summary>The mean speed since the bar began, which does not jump about.</summary>
    private string Rate(DownloadProgress progress)
    {
        var seconds = _time.GetElapsedTime(_start).TotalSeconds;
        return seconds < 1 ? "" : $"{ByteSize.Text((long)((progress.Received - _first!.Value.Received) / seconds))}/s";
    }
}
