using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>A transcript's entry as the store keeps it.</summary>
internal sealed record StoredEntry
{
    /// <summary>Null where it is what <see cref="Turn.AnswerIdOf"/> makes it.</summary>
    [JsonPropertyName("i")]
    public string? Id { get; init; }

    [JsonPropertyName("r")]
    public int Role { get; init; }

    [JsonPropertyName("x")]
    public string? Text { get; init; }

    /// <summary>In ticks of UTC.</summary>
    [JsonPropertyName("a")]
    public long At { get; init; }

    /// <summary>Minutes that the clock was ahead of UTC.</summary>
    [JsonPropertyName("z")]
    public int Offset { get; init; }

    /// <summary>Null for <see cref="MessageState.Done"/>.</summary>
    [JsonPropertyName("s")]
    public MessageState? State { get; init; }

    [JsonPropertyName("t")]
    public required string Turn { get; init; }

    [JsonPropertyName("n")]
    public bool OutOfContext { get; init; }

    [JsonPropertyName("p")]
    public string? Prompt { get; init; }

    [JsonPropertyName("w")]
    public string? Supersedes { get; init; }

    public static StoredEntry Of(ChatEntry e) => new()
    {
        Id = Core.Pipeline.Turn.IsAnswerId(e.Id, e.Turn) ? null : e.Id,
        Role = (int)e.Role,
        Text = e.Text.Length == 0 ? null : e.Text,
        At = e.At.UtcTicks,
        Offset = e.At.TotalOffsetMinutes,
        State = e.State == MessageState.Done ? null : e.State,
        Turn = e.Turn,
        OutOfContext = !e.InContext,
        Prompt = e.Prompt,
        Supersedes = e.Supersedes,
    };

    public static RedisValue Write(ChatEntry entry) => ShortJson.Write(Of(entry), ShortJson.Default.StoredEntry);

    /// <summary>Null when it is none.</summary>
    public static ChatEntry? Read(RedisValue text) => StoreJson.Read(text, ShortJson.Default.StoredEntry)?.Entry;

    [JsonIgnore]
    public ChatEntry Entry => new(
        Id ?? Core.Pipeline.Turn.AnswerIdOf(Turn), (MessageRole)Role, Text ?? "", StoredTime.Of(At, Offset), State ?? MessageState.Done, Turn, !OutOfContext, Prompt, Supersedes);
}

internal static class StoredTime
{
    /// <summary>A time that can't be is none: the message matters more.</summary>
    public static DateTimeOffset Of(long ticks, int offset)
    {
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks) return default;
        var local = ticks + (offset * TimeSpan.TicksPerMinute);
        return Math.Abs(offset) > 14 * 60 || local < 0 || local > DateTime.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : new DateTimeOffset(local, TimeSpan.FromMinutes(offset));
    }
}
