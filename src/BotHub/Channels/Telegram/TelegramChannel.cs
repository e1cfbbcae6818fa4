using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Channels.Telegram;

/// <summary>Telegram, for all configured bots.</summary>
internal sealed class TelegramChannel(TelegramBots bots, TelegramFiles files, TelegramReport report, DeliveryRoom delivery, Admission admission, ILogger<TelegramReplySurface> log) : IChannel
{
    public const string ChannelId = "telegram";

    public string Id => ChannelId;

    public bool Serves(ConversationId conversation) => bots.Find(conversation) is not null;

    public BotChoice ChoiceFor(ConversationId conversation) => bots.Find(conversation)?.Options.Choice ?? BotChoice.Default;

    public IEnumerable<(string Section, BotChoice Choice)> Choices => bots.All.Select(b => ($"{TelegramOptions.Section}:{b.Name}", b.Options.Choice));

    /// <summary>In groups the administrators decide; where Telegram does not tell who they are, nobody does.</summary>
    public async ValueTask<bool> MayDecideAsync(InboundMessage message)
    {
        if (!message.Group) return true;
        if (!TelegramAddress.TryParse(message.Conversation, out var address) || bots.Find(address.Bot) is not { } bot || !long.TryParse(message.Sender.Id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var user)) return false;
        var move = await delivery.Moves.FindAsync(bot.Key, address.ChatKey, CancellationToken.None);
        return await admission.IsAdministratorAsync(bot, long.Parse(move.Current, CultureInfo.InvariantCulture), user);
    }

    public IReplySurface Open(ReplyLease lease)
    {
        if (!TelegramAddress.TryParse(lease.Conversation, out var address) || bots.Find(address.Bot) is not { } bot)
            throw new InvalidOperationException($"No bot is configured for {lease.Conversation}.");
        return new TelegramReplySurface(new ChatLine(bot, address, lease, delivery, log), lease, delivery, log);
    }

    public Task<Stream> OpenAttachmentAsync(ConversationId conversation, Attachment attachment, CancellationToken cancel) =>
        bots.Find(conversation) is { } bot ? files.OpenAsync(bot, attachment, cancel) : throw new AttachmentException("This bot is no longer here.");

    public Task<ChannelReport?> ReportAsync() => report.ReadAsync();
}
