using BotHub.Core.Models;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Core.Usage;

public static class UsageRegistration
{
    internal static IServiceCollection AddUsageStages(this IServiceCollection services) => services
        .AddSingleton<UsageMetrics>()
        .AddSingleton<IOverflowBudget, BookedCosts>()
        .AddSingleton<UsageMeter>()
        .AddSingleton<UsageReport>()
        .AddSingleton<BudgetStage>();
}
