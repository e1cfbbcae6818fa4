using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using BotHub.Core.Usage;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// How a turn's usage stands in its conversation: "epoch mail ms json", where the script writes what comes before the JSON, and that
/// is <c>[tenant, user, group or null, 1 when answered, [[model, prompt, cached, completion, nanos, ms], …]]</c>.
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

    /// <summary>Null when it is not what the commit writes.</summary>
    public static StoredUsage? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            var (epoch, mail, at) = (Number(ref line), Number(ref line), Number(ref line));
            using var json = JsonDocument.Parse(line);
            var f = json.RootElement;
            var usage = new TurnUsage(
                f[0].GetString()!, f[1].GetString()!, f[2].GetString(), f[3].GetInt32() == 1,
                [.. f[4].EnumerateArray().Select(l => new UsageLine(l[0].GetString()!, l[1].GetInt64(), l[2].GetInt64(), l[3].GetInt64(), l[4].GetInt64(), l[5].GetInt64()))]);
            return new StoredUsage(epoch, mail, DateTimeOffset.FromUnixTimeMilliseconds(at), usage);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IndexOutOfRangeException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The number that the line begins with; the line goes on behind the space after it.</summary>
    private static long Number(ref ReadOnlyMemory<byte> line)
    {
        if (!Utf8Parser.TryParse(line.Span, out long number, out var length) || number < 0 || length >= line.Length || line.Span[length] != ' ') throw new FormatException();
        line = line[(length + 1)..];
        return number;
    }
}

/// <param name="Epoch">Of the lease that committed the turn. With <paramref name="Mail"/> behind it, it grows from record to record of a conversation.</param>
/// <param name="Mail">The mailbox number that names the turn.</param>
/// <param name="At">When it was committed, by the store's clock.</param>
internal sealed record StoredUsage(long Epoch, long Mail, DateTimeOffset At, TurnUsage Usage);
