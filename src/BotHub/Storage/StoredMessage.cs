using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>A message as the mailbox keeps it; its conversation is known by where it lies.</summary>
internal sealed record StoredMessage
{
    [JsonPropertyName("i")]
    public required string Id { get; init; }

    [JsonPropertyName("b")]
    public required string Bot { get; init; }

    [JsonPropertyName("s")]
    public required string Sender { get; init; }

    [JsonPropertyName("n")]
    public string? Name { get; init; }

    [JsonPropertyName("l")]
    public string? Locale { get; init; }

    [JsonPropertyName("x")]
    public string? Text { get; init; }

    /// <summary>In ticks of UTC.</summary>
    [JsonPropertyName("a")]
    public long At { get; init; }

    /// <summary>Minutes that the clock was ahead of UTC.</summary>
    [JsonPropertyName("z")]
    public int Offset { get; init; }

    [JsonPropertyName("p")]
    public string? PlatformId { get; init; }

    [JsonPropertyName("w")]
    public string? Revises { get; init; }

    [JsonPropertyName("g")]
    public string? Regenerates { get; init; }

    [JsonPropertyName("q")]
    public Quotation? Quote { get; init; }

    [JsonPropertyName("f")]
    public string? ForwardedFrom { get; init; }

    [JsonPropertyName("m")]
    public bool Group { get; init; }

    [JsonPropertyName("t")]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    public static RedisValue Write(InboundMessage m) => ShortJson.Write(
        new StoredMessage
        {
            Id = m.Id,
            Bot = m.Bot,
            Sender = m.Sender.Id,
            Name = m.Sender.Name,
            Locale = m.Sender.Locale,
            Text = m.Text.Length == 0 ? null : m.Text,
            At = m.At.UtcTicks,
            Offset = m.At.TotalOffsetMinutes,
            PlatformId = m.PlatformId,
            Revises = m.Revises,
            Regenerates = m.Regenerates,
            Quote = m.Quote,
            ForwardedFrom = m.ForwardedFrom,
            Group = m.Group,
            Attachments = m.Attachments,
        },
        ShortJson.Default.StoredMessage);

    /// <summary>Null when it is none.</summary>
    public static InboundMessage? Read(ConversationId conversation, RedisValue text) => StoreJson.Read(text, ShortJson.Default.StoredMessage) is not { } m
        ? null
        : new InboundMessage(m.Id, conversation, m.Bot, new Sender(m.Sender, m.Name, m.Locale), m.Text ?? "", StoredTime.Of(m.At, m.Offset))
        {
            PlatformId = m.PlatformId,
            Revises = m.Revises,
            Regenerates = m.Regenerates,
            Quote = m.Quote,
            ForwardedFrom = m.ForwardedFrom,
            Group = m.Group,
            Attachments = m.Attachments,
        };
}
