namespace BotHub.FakeTelegram;

/// <summary>A message entity; offset and length in UTF-16 units, as in the Bot API.</summary>
public sealed record FakeEntity(string Type, int Offset, int Length)
{
    public string? Url { get; init; }
    public string? Language { get; init; }
    public long? UserId { get; init; }
    public string? CustomEmojiId { get; init; }
    public long? UnixTime { get; init; }
    public string? DateTimeFormat { get; init; }

    public int End => Offset + Length;

    /// <summary>The part of <paramref name="text"/> it covers.</summary>
    public string In(string text) => text.Substring(Offset, Length);
}

/// <summary>Text after parsing, with its entities ordered by offset, longer ones first.</summary>
public sealed record FormattedText(string Text, IReadOnlyList<FakeEntity> Entities)
{
    public static FormattedText Empty { get; } = new("", []);
}
