namespace BotHub.FakeTelegram;

/// <summary>The kinds of updates this server makes itself; others can be injected.</summary>
internal enum UpdateKind
{
    Message, EditedMessage, ChannelPost, EditedChannelPost, CallbackQuery, MessageReaction, MessageReactionCount, MyChatMember, ChatMember, StoppedMessageGeneration, Injected,
}

/// <summary>
/// The names in <c>allowed_updates</c>. Without a list all kinds but three are sent (core.telegram.org/bots/api#getupdates).
/// </summary>
internal static class UpdateKinds
{
    public const int All = (1 << (int)UpdateKind.Injected) - 1;
    public const int Default = All & ~(1 << (int)UpdateKind.ChatMember) & ~(1 << (int)UpdateKind.MessageReaction) & ~(1 << (int)UpdateKind.MessageReactionCount);

    private static readonly string[] Names =
    [
        "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "message_reaction", "message_reaction_count",
        "my_chat_member", "chat_member", "stopped_message_generation",
    ];

    public static string Name(UpdateKind kind) => Names[(int)kind];

    /// <summary>Kinds that this server never makes and unknown ones are passed over; an empty list means the default.</summary>
    public static int Mask(IEnumerable<string> names)
    {
        var (mask, any) = (0, false);
        foreach (var name in names)
        {
            any = true;
            var index = Array.IndexOf(Names, name);
            if (index >= 0) mask |= 1 << index;
        }

        return any ? mask : Default;
    }

    public static IEnumerable<string> Of(int mask) => Names.Where((_, index) => (mask & (1 << index)) != 0);
}

/// <summary>Updates of one queue reach a webhook one after the other. The kinds that share one: messages and edits of a chat.</summary>
internal readonly record struct QueueKey(char Group, long Id);

/// <summary>An update waiting for its bot.</summary>
internal sealed record PendingUpdate(int Id, QueueKey Queue, DateTimeOffset ExpiresAt, byte[] Json)
{
    public int Failures { get; set; }

    /// <summary>Seconds.</summary>
    public int Delay { get; set; } = 1;
}
