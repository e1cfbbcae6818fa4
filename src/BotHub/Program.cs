using BotHub.Channels.Web;
using BotHub.Core.Pipeline;
using BotHub.Operations;
using BotHub.Storage;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings and prompts travel beside the program, wherever it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});

builder.AddOperations();
builder.AddStorage();
builder.AddPipeline();
builder.AddWebChannel();
builder.Services.AddSingleton<BotHub.Models.Interim>(); builder.Services.AddSingleton<BotHub.Core.Models.IModelDirectory>(s => s.GetRequiredService<BotHub.Models.Interim>()); builder.Services.AddSingleton<BotHub.Core.Prompts.IPromptLibrary>(s => s.GetRequiredService<BotHub.Models.Interim>());

var app = builder.Build();
app.UseOperations();
app.UseWebPage();
app.MapOperations();
app.MapWebChat();
await app.RunAsync();

/// <summary>Named so that tests can start the whole host in their process.</summary>
public partial class Program;
