using System.Text;
using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>
/// Rich messages: one source of markdown, HTML or blocks, within the documented limits. The texts for broken limits are this
/// fake's, in the shape RICH_MESSAGE_…_INVALID that real refusals have.
/// </summary>
internal static class RichRules
{
    private const int LongestText = 32_768;
    private const int MostBlocks = 500;
    private const int Deepest = 16;
    private const int MostColumns = 20;

    public static (FakeRichMessage Rich, string Text) Read(Call call, bool isDraft)
    {
        if (!call.TryJson("rich_message", out var json) || json.ValueKind != JsonValueKind.Object) throw Refused.Bad("rich message must be non-empty");
        var (markdown, html) = (json.Text("markdown"), json.Text("html"));
        var hasBlocks = json.TryGetProperty("blocks", out var blocks) && blocks.ValueKind == JsonValueKind.Array && blocks.GetArrayLength() > 0;
        var sources = (string.IsNullOrWhiteSpace(markdown) ? 0 : 1) + (string.IsNullOrWhiteSpace(html) ? 0 : 1) + (hasBlocks ? 1 : 0);
        if (sources == 0) throw Refused.Bad("rich message must be non-empty");
        if (sources > 1) throw Refused.Bad("RICH_MESSAGE_SOURCE_INVALID");

        var builder = new RichBlocks(isDraft);
        var (format, source) = hasBlocks ? ("blocks", Encoding.UTF8.GetString(Jsons.Bytes(blocks, static (writer, blocks) => blocks.WriteTo(writer))))
            : html is { Length: > 0 } ? ("html", html) : ("markdown", markdown!);
        var result = format switch
        {
            "blocks" => source,
            "html" => RichHtml.Read(source, builder),
            _ => RichMarkdown.Read(source, builder),
        };
        if (hasBlocks) builder.Measure(blocks);

        var size = builder.Size;
        if (size.Characters > LongestText) throw Refused.Bad("RICH_MESSAGE_TEXT_INVALID");
        if (size.Blocks > MostBlocks) throw Refused.Bad("RICH_MESSAGE_BLOCKS_INVALID");
        if (size.Depth > Deepest) throw Refused.Bad("RICH_MESSAGE_DEPTH_INVALID");
        if (size.Columns > MostColumns) throw Refused.Bad("RICH_MESSAGE_TABLE_INVALID");
        return (new(format, source, result, size), hasBlocks ? builder.Text : source);
    }
}
