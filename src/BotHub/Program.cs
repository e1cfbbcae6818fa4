var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});
var app = builder.Build();
app.MapGet("/", () => "BotHub");
app.Run();
