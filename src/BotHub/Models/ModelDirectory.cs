using System.Diagnostics.CodeAnalysis;
using BotHub.Core.Models;
using BotHub.Models.Limits;
using BotHub.Models.Remote;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace BotHub.Models;

/// <summary>The models by name. Filled while the host starts, before anything asks; then it never changes.</summary>
internal sealed partial class ModelDirectory(
    IOptions<ModelsOptions> options, IServiceProvider services, ILogger<ModelDirectory> logger) : IModelDirectory, IHostedLifecycleService, IAsyncDisposable
{
    private readonly Dictionary<string, NamedModel> _models = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ModelRoute> _routes = new(StringComparer.OrdinalIgnoreCase);
    private bool _disposed;

    /// <summary>The model of everyone who names none.</summary>
    public NamedModel Default => Get(null);

    /// <summary>Every model.</summary>
    public IReadOnlyList<NamedModel> All => [.. _models.Values];

    /// <inheritdoc />
    public IReadOnlyList<string> Names => [.. _routes.Keys];

    /// <summary>The model with this name; the default one for null, and for a name that is not configured: a persona's hint is no condition.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public NamedModel Get(string? name) => Route(name).Models[0];

    /// <inheritdoc />
    public ModelRoute Route(string? name) => TryGet(name, out var route) || TryGet(null, out route)
        ? route
        : throw new InvalidOperationException("The models are loaded when the host starts.");

    /// <summary>As <see cref="Route"/>, for names that come from outside.</summary>
    public bool TryGet(string? name, [NotNullWhen(true)] out ModelRoute? route) =>
        _routes.TryGetValue(name ?? options.Value.Default, out route);

    /// <summary>Loads every model; the scripted ones first, as eliza may have to stand in.</summary>
    /// <exception cref="OptionsValidationException">Entries are wrong; it names all of them.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Taken now and not by the constructor: factories read options, and only after all validators had their say.
        var factories = services.GetServices<ILanguageModelFactory>().GroupBy(f => f.Type).ToDictionary(f => f.Key, f => f.Last());
        var errors = new List<string>();
        foreach (var entry in options.Value.Entries.Values.Where(e => e is not RouteEntry).OrderBy(e => e.Type != ElizaEntry.ElizaType))
        {
            switch (await factories[entry.Type].CreateAsync(entry, cancellationToken))
            {
                case ModelCreation.Ready(var model):
                    _models[entry.Name] = Observed(Limited(entry, model));
                    Log.Ready(logger, model.Name, model.Type, model.Description);
                    break;
                case ModelCreation.Unavailable(var reason):
                    Log.Unavailable(logger, entry.Name, reason, ModelNotices.NoLanguageModel);
                    StandIn(entry.Name);
                    break;
                case ModelCreation.Misconfigured(var error):
                    errors.Add(error);
                    break;
            }
        }

        if (errors.Count > 0)
            throw new OptionsValidationException(ModelsOptions.Section, typeof(ModelsOptions), errors);
        foreach (var (name, model) in _models) _routes[name] = ModelRoute.Of(model);
        foreach (var route in options.Value.Entries.Values.OfType<RouteEntry>()) _routes[route.Name] = Chain(route);
    }

    private ModelRoute Chain(RouteEntry route)
    {
        // Where eliza stands in for a model that is not there, the real ones go before her.
        List<NamedModel> models = [.. options.Value.Chains[route.Name].Select(name => _models[name]).OrderBy(m => m.Type != options.Value.Entries[m.Name].Type)];
        Log.Chain(logger, route.Name, string.Join(" → ", models.Select(m => m.Name)));
        return new ModelRoute(route.Name, models)
        {
            Description = string.Join(", else ", models.Select(m => m.Description)),
            Continue = route.Continue,
            QueueTime = route.QueueTime,
            CostPerDay = route.CostPerDay,
        };
    }

    /// <summary>Remote models hold to their limits by themselves, inside their retries.</summary>
    private NamedModel Limited(ModelEntry entry, NamedModel model) => entry is RemoteEntry || entry.Limits.IsNone
        ? model
        : model with { Client = services.GetRequiredService<ModelLimiter>().Limit(model.Client, entry, model.Meter, model.MaxTokens) };

    /// <summary>
    /// Adds spans and metrics by the GenAI conventions; message contents only where the operator asks for them. No logs: it would warn of
    /// every answer that is stopped, and repeat a provider's own words; what fails is logged by the pipeline.
    /// </summary>
    private NamedModel Observed(NamedModel model) => model with
    {
        Client = new ObservedClient(model.Client, model.Client.AsBuilder().UseOpenTelemetry(NullLoggerFactory.Instance).Build(services), metered: services.GetService<MeterProvider>() is not null),
    };

    /// <summary>Puts eliza in a model's place; without any eliza its own error stops the start anyway.</summary>
    private void StandIn(string name)
    {
        if (_models.Values.FirstOrDefault(m => m.Type == ElizaEntry.ElizaType) is { } eliza)
            _models[name] = eliza with { Name = name, Notice = ModelNotices.NoLanguageModel };
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Disposes every model; a client that holds native memory may do that asynchronously.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container knows this object twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        foreach (var client in _models.Values.Select(m => m.Client).Distinct())
        {
            if (client is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                client.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ModelReady", Level = LogLevel.Information, Message = "Model {Model} ({Type}) is ready: {Description}")]
        public static partial void Ready(ILogger logger, string model, string type, string description);

        [LoggerMessage(EventName = "ModelRouteReady", Level = LogLevel.Information, Message = "Route {Route}: {Models}")]
        public static partial void Chain(ILogger logger, string route, string models);

        [LoggerMessage(EventName = "ModelUnavailable", Level = LogLevel.Warning, Message = "Model {Model} cannot be loaded: {Reason}. {Notice}")]
        public static partial void Unavailable(ILogger logger, string model, string reason, string notice);
    }
}
