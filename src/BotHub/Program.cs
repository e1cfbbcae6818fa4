using BotHub.Channels.Telegram;
using BotHub.Channels.Web;
using BotHub.Core.Pipeline;
using BotHub.Models;
using BotHub.Operations;
using BotHub.Prompts;
using BotHub.Storage;
using BotHub.Usage;

if (args is ["models", ..]) return await ModelsCommand.RunAsync(args);
if (args is ["health", ..]) return await HealthCommand.RunAsync(args);

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings and prompts travel beside the program, wherever it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});

// A run from the build folder finds the page's files outside of Development too.
builder.WebHost.UseStaticWebAssets().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false)
    // A request goes on where its data is read, on a worker of the thread pool, and does not change threads twice more: no handler blocks.
    .UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
builder.AddOperations();
builder.AddStorage();
builder.AddPrompts();
builder.AddModels();
builder.AddUsage();
builder.AddPipeline();
builder.AddWebChannel();
builder.AddTelegramChannel();

return await builder.Build().RunOrExplainAsync(app =>
{
    app.UseWebRouting();
    app.UseOperations();
    app.UseWebPage();
    app.MapOperations();
    app.MapUsage();
    app.MapWebChat();
    app.MapTelegram();
    app.MapStaticAssets();
});

/// <summary>Named so that tests can start the whole host in their process.</summary>
public partial class Program;
