namespace BotHub.Channels.Telegram;

internal static class DeliverySetup
{
    public static IServiceCollection AddTelegramDelivery(this IServiceCollection services) => services
        .AddSingleton<TelegramMetrics>()
        .AddSingleton<KnownServers>()
        .AddSingleton<DeliveryRoom>();
}
