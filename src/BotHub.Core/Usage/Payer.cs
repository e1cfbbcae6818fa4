using BotHub.Core.Pipeline;

namespace BotHub.Core.Usage;

/// <summary>On whose account a turn goes.</summary>
/// <param name="User"><c>channel:id</c>: of a burst of several people, the first.</param>
/// <param name="Group"><c>channel:bot:chat</c>, whatever the thread; null in a private chat.</param>
public sealed record Payer(string Tenant, string User, string? Group, string Channel)
{
    public const string DefaultTenant = "default";

    /// <summary>A tenant's name is a part of the store's keys: 1 to 64 letters, digits and <c>. _ -</c>.</summary>
    public static bool IsTenant(string? name) => name is { Length: >= 1 and <= 64 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public static Payer Of(Turn turn)
    {
        var (first, channel) = (turn.Messages[0], turn.Conversation.Channel);
        return new Payer(
            turn.Channel.ChoiceFor(turn.Conversation).Tenant,
            $"{channel}:{first.Sender.Id}",
            first.Group ? string.Join(':', turn.Conversation.Value.Split(':').Take(3)) : null,
            channel);
    }

    /// <summary>The id that a scope's use is added up under; null where the turn has none.</summary>
    public string? IdOf(UsageScope scope) => scope switch
    {
        UsageScope.User => User,
        UsageScope.Group => Group,
        UsageScope.Channel => Channel,
        UsageScope.Tenant => Tenant,
        _ => null,
    };
}
