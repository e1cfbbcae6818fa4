using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Security;
using BotHub.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BotHub.Tests.Storage;

/// <summary>One node: a host with nothing but the storage room, as the product wires it.</summary>
public sealed class StoreNode : IAsyncDisposable
{
    private readonly IHost _host;

    private StoreNode(IHost host) => _host = host;

    public IConversationStore Store => Get<IConversationStore>();

    public IConversationFeed Feed => Get<IConversationFeed>();

    public IWakeUps WakeUps => Get<IWakeUps>();

    public ISigningKeys SigningKeys => Get<ISigningKeys>();

    public static async Task<StoreNode> StartAsync(IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? change = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.AddStorage();
        change?.Invoke(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            // A start that fails still has opened things.
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }

        return new StoreNode(host);
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
