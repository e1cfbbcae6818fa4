using System.Text.Json;

namespace BotHub.Channels.Telegram;

/// <summary>One update as it came.</summary>
/// <param name="Id">Null when it has none that the protocol allows (a positive 32-bit number).</param>
internal readonly record struct RawUpdate(int? Id, ReadOnlyMemory<byte> Json);

/// <summary>An answer of getUpdates, taken apart without understanding the updates: one that nobody can read must not hide the others.</summary>
/// <param name="Ok">Whether the server did what was asked.</param>
/// <param name="Broken">The body ends here as JSON: what could still be read of it, and all before it is whole. Null when it is whole.</param>
internal sealed record RawUpdates(bool Ok, IReadOnlyList<RawUpdate> Updates, RawUpdate? Broken, int ErrorCode, string Description, int RetryAfter)
{
    /// <summary>The status code of the HTTP answer.</summary>
    public int Status { get; init; }

    /// <summary>Deeper than any update that could be read; the depth costs a bit each.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1_000_000 };

    public static RawUpdates Read(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, Options);
        var found = new Found();
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) Property(ref reader, found, body);
            else found.Broken = new RawUpdate(null, body);
        }
        catch (JsonException)
        {
            found.Broken = new RawUpdate(found.Id, found.Start < 0 ? body : body[found.Start..]);
        }

        return new RawUpdates(found.Ok, found.Updates, found.Broken, found.ErrorCode, found.Description, found.RetryAfter);
    }

    private static void Property(ref Utf8JsonReader reader, Found found, ReadOnlyMemory<byte> body)
    {
        var name = reader.ValueTextEquals("result"u8) ? 'r' : reader.ValueTextEquals("ok"u8) ? 'o' : reader.ValueTextEquals("error_code"u8) ? 'e' : reader.ValueTextEquals("description"u8) ? 'd' : reader.ValueTextEquals("parameters"u8) ? 'p' : ' ';
        reader.Read();
        switch (name, reader.TokenType)
        {
            case ('r', JsonTokenType.StartArray):
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) found.Updates.Add(Element(ref reader, found, body));
                break;
            case ('o', JsonTokenType.True):
                found.Ok = true;
                break;
            case ('e', JsonTokenType.Number) when reader.TryGetInt32(out var code):
                found.ErrorCode = code;
                break;
            case ('d', JsonTokenType.String):
                found.Description = reader.GetString() ?? "";
                break;
            case ('p', JsonTokenType.StartObject):
                Parameters(ref reader, found);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static RawUpdate Element(ref Utf8JsonReader reader, Found found, ReadOnlyMemory<byte> body)
    {
        (found.Start, found.Id) = ((int)reader.TokenStartIndex, null);
        if (reader.TokenType == JsonTokenType.StartObject)
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("update_id"u8);
                reader.Read();
                if (isId && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) && id > 0) found.Id = id;
                else reader.Skip();
            }
        else reader.Skip();
        var update = new RawUpdate(found.Id, body[found.Start..(int)reader.BytesConsumed]);
        (found.Start, found.Id) = (-1, null);
        return update;
    }

    private static void Parameters(ref Utf8JsonReader reader, Found found)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWait = reader.ValueTextEquals("retry_after"u8);
            reader.Read();
            if (isWait && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var seconds)) found.RetryAfter = seconds;
            else reader.Skip();
        }
    }

    /// <summary>What was read so far; it outlives the exception that ends a broken body.</summary>
    private sealed class Found
    {
        public List<RawUpdate> Updates { get; } = [];
        public RawUpdate? Broken { get; set; }
        public bool Ok { get; set; }
        public int ErrorCode { get; set; }
        public string Description { get; set; } = "";
        public int RetryAfter { get; set; }
        public int Start { get; set; } = -1;
        public int? Id { get; set; }
    }
}
