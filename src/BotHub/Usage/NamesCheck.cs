using BotHub.Core.Models;
using BotHub.Core.Usage;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Refuses to start with a price or a budget for a model that is not there: it would look as if it worked.</summary>
internal sealed class NamesCheck(UsageSettings settings, IModelDirectory models) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        List<string> errors = [];
        foreach (var name in settings.Prices.Keys) Check($"{PricesOptions.Section}:{name}", name, routes: false);
        foreach (var budget in settings.Budgets)
        {
            if (budget.Degrade is { } degrade) Check($"{BudgetsOptions.Section}:{budget.Name}:Degrade:Model", degrade.Model, routes: true);
            if (budget.Scope != UsageScope.Model) continue;
            foreach (var name in budget.Match.Where(m => !m.EndsWith('*'))) Check($"{BudgetsOptions.Section}:{budget.Name}:Match", name, routes: false);
        }

        return errors.Count == 0 ? Task.CompletedTask : throw new OptionsValidationException(PricesOptions.Section, typeof(PricesOptions), errors);

        // A route has no price: its models have.
        void Check(string key, string name, bool routes)
        {
            var known = routes ? models.Names : [.. models.All.Select(m => m.Name)];
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase)) errors.Add($"{key} is for the model '{name}', which is not there: use one of {string.Join(", ", known)}.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
