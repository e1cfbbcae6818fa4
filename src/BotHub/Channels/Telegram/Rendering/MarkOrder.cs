namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Telegram's order of entities: by offset, the enclosing before the enclosed, and none that begins or ends with white space. A block
/// of code keeps the indentation of its first line.
/// </summary>
internal static class MarkOrder
{
    public static IReadOnlyList<Mark> Settle(string text, List<Mark> marks)
    {
        var kept = 0;
        for (var i = 0; i < marks.Count; i++)
        {
            if (Trim(text, marks[i]) is { } mark) marks[kept++] = mark;
        }
        marks.RemoveRange(kept, marks.Count - kept);
        marks.Sort(Compare);
        return marks;
    }

    /// <summary>The part of a mark inside of [start, end), or null when nothing visible is left.</summary>
    public static Mark? Clip(string text, Mark mark, int start, int end) =>
        Trim(text, mark with { Start = Math.Max(mark.Start, start), End = Math.Min(mark.End, end) });

    private static Mark? Trim(string text, Mark mark)
    {
        var (start, end) = (mark.Start, mark.End);
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        if (start >= end) return null;
        if (mark.Kind is MarkKind.Pre)
        {
            while (start > mark.Start && text[start - 1] != '\n') start--;
        }
        return mark with { Start = start, End = end };
    }

    private static int Compare(Mark left, Mark right)
    {
        var order = left.Start.CompareTo(right.Start);
        if (order == 0) order = right.End.CompareTo(left.End);
        return order == 0 ? left.Kind.CompareTo(right.Kind) : order;
    }
}
