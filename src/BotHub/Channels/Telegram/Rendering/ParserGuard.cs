using System.Buffers;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Recognises text made to keep the parser busy: its time grows with the square of a paragraph's open brackets and emphasis marks,
/// and it fills up each table row to the widest one.
/// </summary>
internal static class ParserGuard
{
    private static readonly SearchValues<char> _markers = SearchValues.Create("[*_~<`!");

    public static bool IsHostile(ReadOnlySpan<char> source)
    {
        // An answer too short to hold that many need not be counted.
        if (source.Length <= RenderLimits.MarkersPerItem) return source.Count('|') > 1_000 && HasHugeTable(source);
        var fence = default(FenceScanner);
        int item = 0, paragraph = 0, code = 0;
        foreach (var line in source.EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                item = paragraph = 0;
                if (!fence.Inside) code = 0;
                continue;
            }
            fence.Read(line);
            var markers = line.CountAny(_markers);
            if (fence.Inside)
            {
                code += markers;
            }
            else
            {
                item = BeginsItem(line) ? markers : item + markers;
                paragraph += markers;
            }
            if (item > RenderLimits.MarkersPerItem || paragraph > RenderLimits.MarkersPerParagraph || code > RenderLimits.MarkersInCode) return true;
        }
        return HasHugeTable(source);
    }

    private static bool BeginsItem(ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        return line.Length > 1 && line[0] is ('-' or '*' or '+') && line[1] == ' ';
    }

    private static bool HasHugeTable(ReadOnlySpan<char> source)
    {
        int rows = 0, columns = 0;
        foreach (var line in source.EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                rows = columns = 0;
                continue;
            }
            rows++;
            columns = Math.Max(columns, line.Count('|'));
            if (columns > RenderLimits.RichColumns && (long)rows * columns > RenderLimits.TableCells) return true;
        }
        return false;
    }
}
