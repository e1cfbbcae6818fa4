using System.Buffers;
using System.Globalization;
using System.Text.Json;
using BotHub.Core.Usage;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// How a turn's usage stands in its conversation: a line "epoch mail ms json", where the script writes what comes before the JSON, and that
/// is <c>[tenant, user, group or null, 1 when answered, [[model, prompt, cached, completion, nanos, ms], …]]</c>. JSON holds no line feed.
/// </summary>
internal static class UsageWire
{
    public static RedisValue Write(TurnUsage usage)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(usage.Tenant);
            json.WriteStringValue(usage.User);
            json.WriteStringValue(usage.Group);
            json.WriteNumberValue(usage.Answered ? 1 : 0);
            json.WriteStartArray();
            foreach (var line in usage.Lines)
            {
                json.WriteStartArray();
                json.WriteStringValue(line.Model);
                json.WriteNumberValue(line.PromptTokens);
                json.WriteNumberValue(line.CachedTokens);
                json.WriteNumberValue(line.CompletionTokens);
                json.WriteNumberValue(line.Nanos);
                json.WriteNumberValue(line.Milliseconds);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The records of a conversation's field, in the order of their commits.</summary>
    /// <param name="unreadable">Called for each that is not what the commit writes.</param>
    public static IReadOnlyList<StoredUsage> ReadAll(string text, Action unreadable)
    {
        List<StoredUsage> all = [];
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Read(line) is { } record) all.Add(record);
            else unreadable();
        }

        return all;
    }

    private static StoredUsage? Read(ReadOnlySpan<char> line)
    {
        Span<Range> parts = stackalloc Range[4];
        if (line.Split(parts, ' ') < 4) return null;
        try
        {
            using var json = JsonDocument.Parse(line[parts[3]].ToString());
            var f = json.RootElement;
            var usage = new TurnUsage(
                f[0].GetString()!, f[1].GetString()!, f[2].GetString(), f[3].GetInt32() == 1,
                [.. f[4].EnumerateArray().Select(l => new UsageLine(l[0].GetString()!, l[1].GetInt64(), l[2].GetInt64(), l[3].GetInt64(), l[4].GetInt64(), l[5].GetInt64()))]);
            return new StoredUsage(Number(line[parts[0]]), Number(line[parts[1]]), DateTimeOffset.FromUnixTimeMilliseconds(Number(line[parts[2]])), usage);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IndexOutOfRangeException or ArgumentException)
        {
            return null;
        }
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <param name="Epoch">Of the lease that committed the turn. With <paramref name="Mail"/> behind it, it grows from record to record of a conversation.</param>
/// <param name="Mail">The mailbox number that names the turn.</param>
/// <param name="At">When it was committed, by the store's clock.</param>
internal sealed record StoredUsage(long Epoch, long Mail, DateTimeOffset At, TurnUsage Usage);
