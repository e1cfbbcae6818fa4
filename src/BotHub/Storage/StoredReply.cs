using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>A reply in the outbox. Its message is in the transcript as well, so it holds one only where that is another.</summary>
internal sealed record StoredReply
{
    [JsonPropertyName("m")]
    public StoredEntry? Message { get; init; }

    [JsonPropertyName("e")]
    public string? Error { get; init; }

    /// <summary>Tokens of the prompt, of the completion, and milliseconds; null without usage.</summary>
    [JsonPropertyName("u")]
    public long[]? Usage { get; init; }

    /// <summary>As the commit script takes it; empty without a reply.</summary>
    public static RedisValue Write(TurnCommit commit)
    {
        if (commit.Reply is not { } reply) return RedisValue.EmptyString;
        var known = commit.Entries is [.., var last] && last == reply.Message;
        var stored = new StoredReply
        {
            Message = known ? null : StoredEntry.Of(reply.Message),
            Error = reply.Error,
            Usage = reply.Usage is { } u ? [u.PromptTokens, u.CompletionTokens, u.Milliseconds] : null,
        };
        return ShortJson.Write(stored, ShortJson.Default.StoredReply, ahead: known ? "e"u8 : "r"u8);
    }

    /// <summary>Null when it can't be read any more.</summary>
    /// <param name="stored">As the commit script wrote it: JSON behind the transcript entry's number or a minus sign.</param>
    /// <param name="message">That entry.</param>
    public static OutboundReply? Read(RedisValue stored, RedisValue message)
    {
        if (stored.IsNull) return null;
        ReadOnlyMemory<byte> text = stored;
        var json = Math.Max(0, text.Span.IndexOf((byte)'{'));
        if (StoreJson.Read(text[json..], ShortJson.Default.StoredReply) is not { } reply) return null;
        if ((reply.Message?.Entry ?? StoredEntry.Read(message)) is not { } said) return null;
        return new OutboundReply(said, reply.Error, reply.Usage is [var prompt, var completion, var milliseconds] ? new ReplyUsage((int)prompt, (int)completion, milliseconds) : null);
    }
}
