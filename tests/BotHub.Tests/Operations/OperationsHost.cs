using System.Text.Json;
using BotHub.Channels.Web;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using BotHub.Core.Prompts;
using BotHub.Core.Security;
using BotHub.Core.Usage;
using BotHub.Operations;
using BotHub.Tests.Hosting;
using BotHub.Usage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Operations;

/// <summary>The hub's HTTP side on a real Kestrel, with a fake store and a fake model behind it.</summary>
internal sealed class OperationsHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OperationsHost(WebApplication app) => _app = app;

    public FakeStore Store => _app.Services.GetRequiredService<FakeStore>();
    public FakeModels Models => _app.Services.GetRequiredService<FakeModels>();
    public LogCollector Logs => _app.Services.GetRequiredService<LogCollector>();
    public IServiceProvider Services => _app.Services;
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Builds the host without starting it; settings overrule appsettings.json.</summary>
    public static WebApplication Build(Dictionary<string, string?>? settings = null, FakeTimeProvider? clock = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (clock is not null) builder.Services.AddSingleton<TimeProvider>(clock);
        var store = new FakeStore();
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<IConversationStore>(store);
        builder.Services.AddSingleton<IConversationFeed>(store);
        builder.Services.AddSingleton<IWakeUps>(store);
        builder.Services.AddSingleton<ISigningKeys>(store);
        builder.Services.AddSingleton<FakeModels>();
        builder.Services.AddSingleton<IModelDirectory>(s => s.GetRequiredService<FakeModels>());
        builder.Services.AddSingleton<IPromptLibrary>(new FakeModel());
        builder.Services.AddSingleton<LogCollector>();
        builder.Services.AddSingleton<ILoggerProvider>(s => s.GetRequiredService<LogCollector>());
        builder.AddOperations();
        builder.Services.AddSingleton<IBooks>(new FakeBooks());
        builder.AddUsage();
        builder.AddPipeline();
        builder.AddWebChannel();
        return builder.Build();
    }

    /// <summary>What <c>Program</c> does with the host it has built, and two paths that fail.</summary>
    public static void Map(WebApplication app)
    {
        app.UseOperations();
        app.UseWebPage();
        app.MapOperations();
        app.MapUsage();
        app.MapWebChat();
        app.MapGet("/boom", string () => throw new InvalidOperationException("the secret of the exception")).ExcludeFromDescription();
        app.MapGet("/away", string () => throw new StoreUnavailableException("secret-host:6379")).ExcludeFromDescription();
    }

    public static async Task<OperationsHost> StartAsync(Dictionary<string, string?>? settings = null, FakeTimeProvider? clock = null)
    {
        var host = new OperationsHost(Build(settings, clock));
        Map(host._app);
        await host._app.StartAsync();
        host.Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true) { BaseAddress = new Uri(host._app.Urls.First()) };
        return host;
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>What the host does when somebody asks it to end, up to the drain.</summary>
    public Task DrainAsync() => Services.GetRequiredService<Dispatcher>().StoppingAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>One model, or none.</summary>
internal sealed class FakeModels : IModelDirectory
{
    private static readonly FakeModel Model = new() { ContextLength = 4096 };

    public IReadOnlyList<NamedModel> All { get; set; } = [new NamedModel("local", "llama", Model, Model, 100, "A model for tests")];

    public NamedModel Get(string? name) => All[0];
}
