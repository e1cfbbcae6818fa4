using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace BotHub.Operations;

/// <summary>Says, once all is up, what a person who has just started the hub wants to know.</summary>
internal sealed partial class StartBanner(IServer server, HubStatusReader reader, ILogger<StartBanner> log) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var status = await reader.ReadAsync();
        var store = status.Store;
        if (!store.Available) Log.StoreAway(log, store.Problem);
        else if (store.Durable == true) Log.Store(log, store.Kind, store.Version);
        else Log.StoreNotDurable(log, store.Kind, store.Version);
        var answers = status.Models.All.FirstOrDefault(m => m.Name == status.Models.Default);
        if (answers is null) Log.NoModel(log);
        else Log.Model(log, answers.Name, answers.Description, answers.Context);
        if (status.Notice is { } notice) Log.Notice(log, notice);
        Log.Ready(log, status.Version, string.Join(" or ", Pages()));
    }

    /// <summary>The addresses as one can type them into a browser.</summary>
    private IEnumerable<string> Pages() =>
        (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(a => a
            .Replace("://0.0.0.0:", "://localhost:", StringComparison.Ordinal)
            .Replace("://[::]:", "://localhost:", StringComparison.Ordinal)).Distinct();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "BotHub {Version} is ready. Chat page: {Pages} (Ctrl+C stops the hub)")]
        public static partial void Ready(ILogger log, string version, string pages);

        [LoggerMessage(2002, LogLevel.Information, "Store: {Kind} {Version}, durable")]
        public static partial void Store(ILogger log, string? kind, string? version);

        [LoggerMessage(2003, LogLevel.Warning, "Store: {Kind} {Version} keeps no append-only file, so its crash loses messages. Set 'appendonly yes' on the server (docs/operations.md).")]
        public static partial void StoreNotDurable(ILogger log, string? kind, string? version);

        [LoggerMessage(2004, LogLevel.Warning, "Store: {Problem}")]
        public static partial void StoreAway(ILogger log, string? problem);

        [LoggerMessage(2005, LogLevel.Information, "Model: {Name}, {Description}, context {Context} tokens")]
        public static partial void Model(ILogger log, string name, string description, int context);

        [LoggerMessage(2006, LogLevel.Warning, "No model is configured")]
        public static partial void NoModel(ILogger log);

        [LoggerMessage(2007, LogLevel.Warning, "{Notice}")]
        public static partial void Notice(ILogger log, string notice);
    }
}
