using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>The errors of the markup parsers; offsets count bytes of UTF-8, as the real server's do.</summary>
internal static class ParseError
{
    public static Refused At(string text, int index, string before, string after = "") =>
        Refused.Bad($"can't parse entities: {before}{Encoding.UTF8.GetByteCount(text.AsSpan(0, index))}{after}");

    public static Refused Plain(string what) => Refused.Bad("can't parse entities: " + what);

    public static Refused Reserved(char c) =>
        Plain($"Character '{c}' is reserved and must be escaped with the preceding '\\'");
}
