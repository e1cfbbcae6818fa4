using BotHub.Core.Models;
using BotHub.Core.Prompts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Refuses to start with a channel that asks for a persona or a model that is not there.</summary>
internal sealed class ChoiceCheck(IEnumerable<IChannel> channels, IModelDirectory models, IPromptLibrary prompts) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        List<string> errors = [];
        foreach (var (section, choice) in channels.SelectMany(c => c.Choices))
        {
            if (choice.Persona is { } persona && !prompts.Knows(persona))
                errors.Add($"{section}:Persona is '{persona}', and there is no such prompt: add prompts/{persona}.md, or leave it out for the default.");
            if (choice.Model is { } model && !models.Knows(model))
                errors.Add($"{section}:Model is '{model}', and there is no such model: use one of {string.Join(", ", models.Names)}, or leave it out for the default.");
            else CheckData(section, choice, errors);
            foreach (var name in choice.Offered)
                if (!models.Knows(name)) errors.Add($"{section}:Models offers '{name}', and there is no such model: use some of {string.Join(", ", models.Names)}.");
                else if (!models.Route(name).Serves(choice.Data)) errors.Add($"{section}:Models offers '{name}', which runs out of the house, and {section}:DataClass is Internal: leave it out, or set Models:{name}:InHouse to true if it runs on machines of yours.");
        }

        return errors.Count == 0 ? Task.CompletedTask : throw new OptionsValidationException("Channels", typeof(BotChoice), errors);
    }

    private void CheckData(string section, BotChoice choice, List<string> errors)
    {
        var persona = prompts.Get(choice.Persona);
        var route = models.Route(choice.Model ?? persona.Model);
        if (!route.Serves(ModelPolicy.DataOf(choice, persona)))
            errors.Add($"{section}: nothing may leave the house there ({(choice.Data == DataClass.Internal ? $"{section}:DataClass is Internal" : $"data: internal in prompts/{persona.Id}.md")}), but '{route.Name}' runs out of it: name a model that runs in the house, or set Models:{route.Name}:InHouse to true if it runs on machines of yours.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
