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
                errors.Add($"{section}:Model is '{model}', and there is no such model: use one of {string.Join(", ", models.All.Select(m => m.Name))}, or leave it out for the default.");
        }

        return errors.Count == 0 ? Task.CompletedTask : throw new OptionsValidationException("Channels", typeof(BotChoice), errors);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
