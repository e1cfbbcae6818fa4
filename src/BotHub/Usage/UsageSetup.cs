using BotHub.Core.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Wires the room: prices, budgets, and the endpoint that operators read the books by.</summary>
public static class UsageSetup
{
    public static IHostApplicationBuilder AddUsage(this IHostApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddOptions<UsageOptions>().BindConfiguration(UsageOptions.Section).ValidateOnStart();
        services.AddOptions<PricesOptions>().Configure(o => o.Read(configuration.GetSection(PricesOptions.Section))).ValidateOnStart();
        services.AddOptions<BudgetsOptions>().Configure(o => o.Read(configuration.GetSection(BudgetsOptions.Section))).ValidateOnStart();
        services.AddSingleton<IValidateOptions<UsageOptions>, UsageOptionsValidator>();
        services.AddSingleton<IValidateOptions<PricesOptions>, PricesOptionsValidator>();
        services.AddSingleton<IValidateOptions<BudgetsOptions>, BudgetsOptionsValidator>();
        services.AddSingleton(SettingsOf);
        services.AddHostedService<NamesCheck>();
        return builder;
    }

    private static UsageSettings SettingsOf(IServiceProvider services)
    {
        var usage = services.GetRequiredService<IOptions<UsageOptions>>().Value;
        var budgets = services.GetRequiredService<IOptions<BudgetsOptions>>().Value;
        return new UsageSettings(
            usage.Enabled, usage.Currency, new UsageCalendar(TimeZoneInfo.FindSystemTimeZoneById(usage.TimeZone)), usage.Keep, usage.Wait,
            services.GetRequiredService<IOptions<PricesOptions>>().Value.Prices, usage.Enabled ? budgets.Budgets : [], budgets.Exempt);
    }
}
