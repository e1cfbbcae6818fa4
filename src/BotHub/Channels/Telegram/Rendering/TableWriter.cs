using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace BotHub.Channels.Telegram.Rendering;

/// <summary>
/// Writes a table lined up in monospace when a phone can show it, else each row as a list of "header: value". One row a line is the
/// form that is left for tables whose headers are too long to be repeated, and for previews.
/// </summary>
internal sealed class TableWriter(Canvas canvas, InlineWriter inlines, bool steady)
{
    private const string Bullet = "• ";

    public void Write(Table table)
    {
        var rows = table.OfType<TableRow>().ToList();
        if (rows.Count == 0) return;
        if (!steady && Grid.TryDraw(table, rows) is { } drawn) canvas.WritePre(drawn, null);
        else if (steady || rows.Count < 2 || !rows[0].IsHeader || HeaderSize(rows[0]) * (rows.Count - 1) > RenderLimits.RepeatedHeaders) WriteLines(rows);
        else WriteRecords(rows[0], rows.Skip(1));
    }

    private void WriteRecords(TableRow header, IEnumerable<TableRow> rows)
    {
        var isFirst = true;
        foreach (var row in rows)
        {
            if (!isFirst) canvas.Break(2, CutRank.Item);
            isFirst = false;
            var indent = canvas.Indent;
            canvas.BeginItem(Bullet, Bullet.Length);
            for (var i = 0; i < Math.Max(row.Count, header.Count); i++)
            {
                if (i > 0) canvas.Break(1, CutRank.Nested);
                WriteField(i < header.Count ? header[i] : null, i < row.Count ? row[i] : null);
            }
            canvas.EndItem(indent);
        }
    }

    private void WriteField(Block? header, Block? value)
    {
        var start = canvas.Length;
        foreach (var paragraph in ParagraphsOf(header)) inlines.WriteBold(paragraph.Inline);
        if (canvas.Length > start) canvas.Write(ParagraphsOf(value).Any() ? ": " : ":");
        foreach (var paragraph in ParagraphsOf(value)) inlines.Write(paragraph.Inline);
    }

    /// <summary>Rows end with their last cell that says something: a row half written does not begin with all of its borders.</summary>
    private void WriteLines(List<TableRow> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (i > 0) canvas.Break(1, CutRank.Nested);
            canvas.Write("|");
            var count = rows[i].Count;
            while (count > 0 && !ParagraphsOf(rows[i][count - 1]).Any()) count--;
            for (var column = 0; column < count; column++)
            {
                canvas.Write(column == 0 ? " " : " | ");
                foreach (var paragraph in ParagraphsOf(rows[i][column])) inlines.Write(paragraph.Inline);
            }
        }
    }

    private static int HeaderSize(TableRow header) => header.Sum(cell => Math.Max(0, cell.Span.Length));

    internal static IEnumerable<ParagraphBlock> ParagraphsOf(Block? cell) => (cell as TableCell)?.OfType<ParagraphBlock>() ?? [];

    /// <summary>The lined-up form.</summary>
    private static class Grid
    {
        private const string Bar = " │ ";

        /// <summary>The drawing, or null for a table that is too wide, has links or lines in cells, or mixes writing directions.</summary>
        public static string? TryDraw(Table table, List<TableRow> rows)
        {
            var widths = new List<int>();
            var cells = new List<string[]>(rows.Count);
            foreach (var row in rows)
            {
                if (row.Count > RenderLimits.TableWidth) return null;
                var texts = new string[row.Count];
                for (var i = 0; i < row.Count; i++)
                {
                    if (TextOf(row[i]) is not { } text) return null;
                    texts[i] = text;
                    if (i == widths.Count) widths.Add(0);
                    widths[i] = Math.Max(widths[i], DisplayWidth.Of(text));
                }
                if (widths.Sum() + Bar.Length * (widths.Count - 1) > RenderLimits.TableWidth) return null;
                cells.Add(texts);
            }
            var drawing = new StringBuilder();
            for (var i = 0; i < cells.Count; i++)
            {
                if (i > 0) drawing.Append('\n');
                DrawRow(drawing, cells[i], widths, table.ColumnDefinitions);
                if (i == 0 && rows[0].IsHeader) drawing.Append('\n').AppendJoin("─┼─", widths.Select(width => new string('─', width)));
            }
            return drawing.ToString();
        }

        private static void DrawRow(StringBuilder drawing, string[] cells, List<int> widths, List<TableColumnDefinition> columns)
        {
            var lineStart = drawing.Length;
            for (var i = 0; i < widths.Count; i++)
            {
                if (i > 0) drawing.Append(Bar);
                var text = i < cells.Length ? cells[i] : "";
                var space = widths[i] - DisplayWidth.Of(text);
                var left = (i < columns.Count ? columns[i].Alignment : null) switch
                {
                    TableColumnAlign.Right => space,
                    TableColumnAlign.Center => space / 2,
                    _ => 0,
                };
                drawing.Append(' ', left).Append(text).Append(' ', space - left);
            }
            while (drawing.Length > lineStart && drawing[^1] == ' ') drawing.Length--;
        }

        private static string? TextOf(Block cell)
        {
            var part = new Canvas();
            var writer = new InlineWriter(part);
            foreach (var paragraph in ParagraphsOf(cell)) writer.Write(paragraph.Inline);
            var written = part.Finish();
            var text = written.Text.Trim();
            return text.Contains('\n') || DisplayWidth.HasRightToLeft(text) || written.Marks.Any(mark => mark.Kind is MarkKind.Link) ? null : text;
        }
    }
}
