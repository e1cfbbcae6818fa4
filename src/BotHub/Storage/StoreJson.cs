using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>How values look in the store. Emoji stay readable; a lone surrogate, which UTF-8 can't hold, becomes U+FFFD.</summary>
[JsonSerializable(typeof(StoredPollLetter))]
[JsonSerializable(typeof(IReadOnlyList<FeedEvent>))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    public static readonly StoreJson Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ConversationIdConverter() },
    });

    public static RedisValue Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Null when the text is missing or is not what it should be.</summary>
    public static T? Read<T>(RedisValue text, JsonTypeInfo<T> type)
        where T : class
    {
        if (text.IsNull) return null;
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)text).Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A dead letter of a poller; its time stands beside it, as the store's clock wrote it.</summary>
internal sealed record StoredPollLetter(string UpdateId, string Reason, string Body);

/// <summary>An id is a plain string, and one that is none is refused.</summary>
internal sealed class ConversationIdConverter : JsonConverter<ConversationId>
{
    public override ConversationId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ConversationId.TryParse(reader.GetString(), out var id) ? id.Value : throw new JsonException("Not a conversation id.");

    public override void Write(Utf8JsonWriter writer, ConversationId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
