using BotHub.Core.Delivery;

namespace BotHub.Channels.Telegram;

/// <summary>What all chats share when something is shown in them.</summary>
internal sealed record DeliveryRoom(IOutboundGovernor Governor, KnownServers Servers, IChatMoves Moves, TelegramMetrics Metrics, TimeProvider Clock);
