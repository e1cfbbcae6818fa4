using BotHub.Core.Conversations;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>A reply in the outbox. Its message is in the transcript as well, so it holds one only where that is another.</summary>
internal sealed record StoredReply(ChatEntry? Message, string? Error, ReplyUsage? Usage)
{
    private static readonly byte[] InTranscript = "e"u8.ToArray(), Whole = "r"u8.ToArray();

    /// <summary>As the commit script takes it; empty without a reply.</summary>
    public static RedisValue Write(TurnCommit commit)
    {
        if (commit.Reply is not { } reply) return RedisValue.EmptyString;
        var known = commit.Entries is [.., var last] && last == reply.Message;
        byte[] json = StoreJson.Write(new StoredReply(known ? null : reply.Message, reply.Error, reply.Usage), StoreJson.Wire.StoredReply)!;
        return (byte[])[.. known ? InTranscript : Whole, .. json];
    }

    /// <summary>Null when it can't be read any more.</summary>
    /// <param name="stored">As the commit script wrote it: JSON behind the transcript entry's number or a minus sign.</param>
    /// <param name="message">That entry.</param>
    public static OutboundReply? Read(RedisValue stored, RedisValue message)
    {
        if (stored.IsNull) return null;
        ReadOnlyMemory<byte> text = stored;
        var json = Math.Max(0, text.Span.IndexOf((byte)'{'));
        if (StoreJson.Read(text[json..], StoreJson.Wire.StoredReply) is not { } reply) return null;
        return (reply.Message ?? StoreJson.Read(message, StoreJson.Wire.ChatEntry)) is { } said ? new OutboundReply(said, reply.Error, reply.Usage) : null;
    }
}
