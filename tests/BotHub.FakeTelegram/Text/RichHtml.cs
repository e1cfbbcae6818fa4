using System.Text;
using System.Text.RegularExpressions;

namespace BotHub.FakeTelegram;

/// <summary>Counts the blocks of a rich message in HTML. What it shows is the text alone.</summary>
internal static partial class RichHtml
{
    private static readonly HashSet<string> Containers = ["ul", "ol", "li", "blockquote", "details", "table", "tr", "aside", "tg-collage", "tg-slideshow", "figure"];
    private static readonly HashSet<string> Leaves = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "tg-math-block", "summary", "td", "th", "tg-button-row"];
    private static readonly HashSet<string> Empty = ["hr", "img", "br"];

    public static string Read(string html, RichBlocks size)
    {
        Stack<string> open = new();
        var (depth, cells, text, last) = (0, 0, new StringBuilder(), 0);
        foreach (Match tag in Tag().Matches(html))
        {
            text.Append(html, last, tag.Index - last);
            last = tag.Index + tag.Length;
            var name = tag.Groups[2].Value.ToLowerInvariant();
            if (name == "hr" || name == "img") size.Block(depth + 1);
            if (name is "td" or "th" && tag.Groups[1].Length == 0) cells++;
            if (Empty.Contains(name) || tag.Groups[3].Value.EndsWith('/')) continue;
            if (!Containers.Contains(name) && !Leaves.Contains(name)) continue;
            if (tag.Groups[1].Length > 0)
            {
                if (!open.TryPop(out var top) || top != name) throw Refused.Bad("RICH_MESSAGE_HTML_INVALID");
                if (Containers.Contains(name)) depth--;
                if (name == "tr") size.Row(cells);
                text.Append('\n');
                continue;
            }

            open.Push(name);
            if (name == "tr") cells = 0;
            if (Containers.Contains(name)) depth++;
            if (name is not ("td" or "th" or "tr" or "summary")) size.Block(Math.Max(1, depth));
        }

        if (open.Count > 0) throw Refused.Bad("RICH_MESSAGE_HTML_INVALID");
        text.Append(html, last, html.Length - last);
        var plain = System.Net.WebUtility.HtmlDecode(text.ToString()).Trim();
        size.Characters(plain.Length);
        return Encoding.UTF8.GetString(Jsons.Bytes(plain, static (json, plain) =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("type", "paragraph");
            json.WriteString("text", plain);
            json.WriteEndObject();
            json.WriteEndArray();
        }));
    }

    [GeneratedRegex("<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^>]*)>")]
    private static partial Regex Tag();
}
