using System.Globalization;
using System.Text;

namespace BotHub.Tests.Channels.Telegram.Receiving;

/// <summary>Makes updates that are wrong in one way or another; the same for the same seed. Their <c>update_id</c> is the server's, or unusable.</summary>
internal sealed class BadUpdates(int seed)
{
    private static readonly string[] Kinds = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "stopped_message_generation", "a_kind_of_the_future", "poll", "chat_boost"];
    private static readonly string[] Fields = ["message_id", "date", "chat", "from", "text", "entities", "photo", "reply_to_message", "forward_origin", "sender_chat", "location", "sticker", "quote", "new_reaction", "old_reaction", "new_chat_member", "data", "draft_id", "message", "user", "id", "is_topic_message", "message_thread_id"];

    private static readonly string[] Values =
    [
        "null", "true", "\"words\"", "[]", "{}", "-1", "0", "1.5", "1e400", "2147483648", "9223372036854775808", "123456789012345678901234567890", "-9223372036854775809",
        "\"\\ud83d\"", "\"\\u0000\"", "[null]", "[[]]", "[{}]", "{\"id\":null}", "{\"id\":\"x\"}", "{\"type\":\"a_type_of_the_future\"}", "[{\"type\":\"a_type_of_the_future\"}]",
        "{\"id\":1,\"type\":\"private\"}", "{\"id\":-100,\"type\":\"supergroup\"}", "{\"id\":5,\"is_bot\":false,\"first_name\":\"A\"}", "{\"status\":\"a_status_of_the_future\"}",
        "[{\"type\":\"mention\",\"offset\":-1,\"length\":2147483647}]", "[{\"type\":\"emoji\",\"emoji\":7}]", "{\"type\":\"user\",\"date\":1}", "99999999999999999",
    ];

    private readonly Random _random = new(seed);

    public string Next() => _random.Next(8) switch
    {
        0 => Deep(),
        1 => Wrap(Pick(Kinds), Pick(Values)),
        2 => Wrap("update_id", Pick(Values[..13])),
        3 => $$"""{"update_id":{{Pick(Values[..13])}},"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"} }""",
        _ => Wrap(Pick(Kinds), Object()),
    };

    /// <summary>One that breaks off, and with it the whole answer that holds it.</summary>
    public string NextTruncated()
    {
        const string whole = """{"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"words \u00e4 and more words"}}""";
        return whole[.._random.Next(12, whole.Length - 1)];
    }

    private string Object()
    {
        var json = new StringBuilder("{");
        for (var i = _random.Next(1, 6); i > 0; i--) json.Append(CultureInfo.InvariantCulture, $"\"{Pick(Fields)}\":{(_random.Next(4) == 0 ? "{\"" + Pick(Fields) + "\":" + Pick(Values) + "}" : Pick(Values))},");
        return json.Append("\"x\":1}").ToString();
    }

    private string Deep()
    {
        var depth = _random.Next(50, 5000);
        return Wrap(Pick(Kinds), string.Concat(Enumerable.Repeat(_random.Next(2) == 0 ? "[" : "{\"message\":", depth)) is var open && open[0] == '[' ? open + new string(']', depth) : open + "1" + new string('}', depth));
    }

    private static string Wrap(string key, string value) => $$"""{"{{key}}":{{value}}}""";

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
