using BotHub.Core.Models;
using BotHub.Core.Usage;
using BotHub.Models;
using Microsoft.Extensions.Options;

namespace BotHub.Usage;

/// <summary>Refuses to start with a price or a budget for a model that is not there, or a limit of cost without prices: it would look as if it worked.</summary>
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

        foreach (var route in models.Names.Select(models.Route).Where(r => r.CostPerDay is not null))
        {
            var key = $"{ModelsOptions.Section}:{route.Name}:Overflow:CostPerDay";
            if (!settings.Enabled)
            {
                errors.Add($"{key} limits nothing while {UsageOptions.Section}:Enabled is false: nobody adds up what models cost. Turn it on, or leave the limit out.");
                continue;
            }

            // Models of the house are never passed over for their cost.
            foreach (var model in route.Models.Where(m => !m.InHouse && !settings.Prices.ContainsKey(m.Name)))
                errors.Add($"{key} does not limit the model '{model.Name}', which has no price: set {PricesOptions.Section}:{model.Name}:Prompt and the like, or leave the limit out.");
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
