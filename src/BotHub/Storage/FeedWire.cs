using System.Globalization;
using System.Text;
using System.Text.Json;
using BotHub.Core.Feed;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Batches as text, in the list and on the channel: "previousId lastId firstId json"; the script puts the previous id in.</summary>
internal static class FeedWire
{
    /// <summary>What a reader gets after the connection was down: an empty batch whose previous id fits no reader.</summary>
    public static readonly FeedBatch Gap = new(0, -1, []);

    public static RedisValue Write(long firstId, IReadOnlyList<FeedEvent> events)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(events, StoreJson.Wire.IReadOnlyListFeedEvent);
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{firstId + events.Count - 1} {firstId} "));
        return (byte[])[.. head, .. json];
    }

    public static RedisValue Announce(RedisValue previousId, RedisValue batch) => (byte[])[.. (byte[])previousId!, (byte)' ', .. (byte[])batch!];

    /// <summary>All batches of the list; one that can't be read shows as a gap.</summary>
    public static List<FeedBatch> ReadAll(RedisValue[] values) => [.. values.Select(Read).OfType<FeedBatch>()];

    public static FeedBatch? Read(RedisValue value)
    {
        var text = ((ReadOnlyMemory<byte>)value).Span;
        if (!TakeNumber(ref text, out var previous) || !TakeNumber(ref text, out _) || !TakeNumber(ref text, out var first)) return null;
        try
        {
            return JsonSerializer.Deserialize(text, StoreJson.Wire.IReadOnlyListFeedEvent) is { } events ? new FeedBatch(first, previous, events) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TakeNumber(ref ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        var space = text.IndexOf((byte)' ');
        if (space <= 0 || !long.TryParse(text[..space], NumberStyles.None, CultureInfo.InvariantCulture, out number)) return false;
        text = text[(space + 1)..];
        return true;
    }
}
