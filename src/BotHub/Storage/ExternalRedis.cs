using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>A Redis (or compatible) server of the operator's, from <c>ConnectionStrings:Redis</c>.</summary>
internal sealed class ExternalRedis(IConfiguration configuration) : IStoreServer
{
    private const string Key = "ConnectionStrings:" + StorageOptions.ConnectionName;

    public string Kind => "redis";

    public bool IsExclusive => false;

    public Task<ConfigurationOptions> StartAsync(CancellationToken cancel)
    {
        var text = configuration.GetConnectionString(StorageOptions.ConnectionName);
        try
        {
            return Task.FromResult(ConfigurationOptions.Parse(text ?? ""));
        }
        catch (ArgumentException e)
        {
            // The text may hold a password, and so may the parser's message.
            throw new StoreStartException($"{Key} can't be read ({e.GetType().Name}): write 'host:port,password=…,ssl=true', see StackExchange.Redis configuration.");
        }
    }

    /// <summary>The server's own <c>appendfsync</c> decides; a reply is all it tells.</summary>
    public Task DurableAsync() => Task.CompletedTask;

    public async Task<bool> IsDurableAsync(IDatabase database)
    {
        var info = (string?)await database.ExecuteAsync("INFO", "persistence");
        return info is not null && info.Contains("aof_enabled:1", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
