using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Names a turn's draft: the number of its first message in the mailbox, plus one as Telegram takes no zero. A turn that is begun anew has
/// the same draft, so people see it change and not a second one.
/// </summary>
internal static class DraftIds
{
    public static long Of(Turn turn) => turn.Mail[0].Sequence + 1;
}
