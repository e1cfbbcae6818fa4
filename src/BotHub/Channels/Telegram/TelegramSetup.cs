using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Telegram;

/// <summary>Wires the room.</summary>
public static class TelegramSetup
{
    public static IHostApplicationBuilder AddTelegramChannel(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection(TelegramOptions.Section);
        services.AddSingleton<IValidateOptions<TelegramOptions>, TelegramOptionsValidator>();
        services.AddOptions<TelegramOptions>().Configure(o => o.Read(section)).ValidateOnStart();
        TelegramClients.Add(services);
        services.AddSingleton(s =>
        {
            var clients = s.GetRequiredService<TelegramClients>();
            return new TelegramBots([.. s.GetRequiredService<IOptions<TelegramOptions>>().Value.Bots.Values.Select(b => new TelegramBot(b, clients.Client(b)))]);
        });
        services.AddSingleton<Admission>();
        services.AddSingleton<Notices>();
        services.AddSingleton<UpdateIntake>();
        services.AddSingleton<BotIntroduction>();
        services.AddSingleton<WebhookKeeper>();
        services.AddSingleton<WebhookEndpoint>();
        services.AddSingleton<TelegramFiles>();
        services.AddSingleton<TelegramReport>();
        services.AddTelegramDelivery();
        services.AddSingleton<IChannel, TelegramChannel>();
        services.AddSingleton<TelegramReceiver>();
        services.AddHostedService(s => s.GetRequiredService<TelegramReceiver>());
        return builder;
    }

    /// <summary>One route for all bots: which of them take calls is only known when the settings have been checked.</summary>
    public static IEndpointRouteBuilder MapTelegram(this IEndpointRouteBuilder app)
    {
        app.MapPost(WebhookKeeper.PathOf("{bot}"), static http => http.RequestServices.GetRequiredService<WebhookEndpoint>().HandleAsync(http)).ExcludeFromDescription().ShortCircuit();
        return app;
    }
}
