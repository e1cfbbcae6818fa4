using System.Text;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Counts what the limits of rich messages are about. A character is a UTF-16 unit here: the stricter reading.</summary>
internal sealed class RichBlocks(bool isDraft)
{
    private static readonly HashSet<string> Types =
    [
        "paragraph", "heading", "pre", "footer", "divider", "mathematical_expression", "anchor", "list", "blockquote", "expandable_blockquote", "pullquote",
        "collage", "slideshow", "table", "details", "map", "buttons", "animation", "audio", "document", "photo", "video", "voice_note", "thinking",
    ];

    private readonly StringBuilder _text = new();
    private int _blocks;
    private int _characters;
    private int _depth;
    private int _columns;

    public RichSize Size => new(_characters, _blocks, _depth, _columns);
    public string Text => _text.ToString();

    public void Block(int depth)
    {
        _blocks++;
        _depth = Math.Max(_depth, depth);
    }

    public void Row(int columns)
    {
        _blocks++;
        _columns = Math.Max(_columns, columns);
    }

    public void Characters(int count) => _characters += count;

    /// <summary>Walks blocks given as JSON.</summary>
    public void Measure(JsonElement blocks, int depth = 1)
    {
        foreach (var block in blocks.EnumerateArray())
        {
            if (block.ValueKind != JsonValueKind.Object) throw Refused.Bad("can't parse InputRichBlock: expected an Object");
            var type = block.Text("type") ?? throw Refused.Bad("can't parse InputRichBlock: Can't find field \"type\"");
            if (!Types.Contains(type)) throw Refused.Bad("can't parse InputRichBlock: Unsupported type specified");
            if (type == "thinking" && !isDraft) throw Refused.Bad("RICH_MESSAGE_THINKING_INVALID");
            Block(depth);
            foreach (var field in (ReadOnlySpan<string>)["text", "summary", "expression", "credit", "caption"])
            {
                if (block.TryGetProperty(field, out var text)) Read(text);
            }

            if (block.TryGetProperty("blocks", out var inner) && inner.ValueKind == JsonValueKind.Array) Measure(inner, depth + 1);
            if (block.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array) Items(items, depth);
            if (block.TryGetProperty("cells", out var rows) && rows.ValueKind == JsonValueKind.Array) Cells(rows);
        }
    }

    private void Items(JsonElement items, int depth)
    {
        foreach (var item in items.EnumerateArray())
        {
            Block(depth + 1);
            if (item.TryGetProperty("blocks", out var inner)) Measure(inner, depth + 2);
        }
    }

    private void Cells(JsonElement rows)
    {
        foreach (var row in rows.EnumerateArray())
        {
            Row(row.GetArrayLength());
            foreach (var cell in row.EnumerateArray())
            {
                if (cell.TryGetProperty("text", out var text)) Read(text);
            }
        }
    }

    private void Read(JsonElement text)
    {
        switch (text.ValueKind)
        {
            case JsonValueKind.String:
                Characters(text.GetString()!.Length);
                _text.Append(text.GetString()).Append('\n');
                break;
            case JsonValueKind.Array:
                foreach (var part in text.EnumerateArray()) Read(part);
                break;
            case JsonValueKind.Object when text.TryGetProperty("text", out var inner):
                Read(inner);
                break;
        }
    }
}
