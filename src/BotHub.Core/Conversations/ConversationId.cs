using System.Diagnostics.CodeAnalysis;

namespace BotHub.Core.Conversations;

/// <summary>
/// Names one conversation for good: <c>channel:bot:chat</c>, plus a thread or user part where the channel has one.
/// The same platform chat always maps to the same id, so that duplicates meet in the same mailbox.
/// </summary>
public readonly record struct ConversationId
{
    /// <summary>The longest id, in UTF-16 units. Keys of the store contain it.</summary>
    public const int MaxLength = 200;

    private ConversationId(string value) => Value = value;

    public string Value { get; }

    /// <summary>The channel's id: the part before the first colon.</summary>
    public string Channel => Value[..Value.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>Builds an id from its parts. A part holds letters, digits and <c>. _ - @ =</c>; anything else is refused.</summary>
    /// <exception cref="ArgumentException">A part is empty, too long, or holds another character.</exception>
    public static ConversationId Of(params ReadOnlySpan<string> parts)
    {
        var value = string.Join(':', parts!);
        return TryParse(value, out var id)
            ? id.Value
            : throw new ArgumentException($"'{value}' is no conversation id: use 'channel:bot:chat' with letters, digits and . _ - @ = in each part, {MaxLength} characters at most.", nameof(parts));
    }

    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out ConversationId? id)
    {
        id = null;
        if (value is null || value.Length > MaxLength || value.AsSpan().Count(':') < 2 || value.StartsWith(':') || value.EndsWith(':') || value.Contains("::", StringComparison.Ordinal)) return false;
        foreach (var c in value)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '@' or '=' or ':')) return false;
        id = new ConversationId(value);
        return true;
    }

    public override string ToString() => Value;
}
