using System.CommandLine;
using System.Globalization;
using BotHub.Models.Catalogue;
using Microsoft.Extensions.Options;

namespace BotHub.Models;

/// <summary><c>BotHub models list</c> and <c>BotHub models pull NAME</c>.</summary>
internal static class ModelsCommand
{
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs the command line, with the host's own configuration.</summary>
    /// <param name="args">The whole command line, starting with <c>models</c>.</param>
    /// <returns>0 when it worked, 1 when it did not, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // Standard output is the command's own.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddModelDownloads(builder.Configuration, DownloadSettings.Patient);
        await using var services = builder.Services.BuildServiceProvider();
        return await RunAsync(args, services, new InvocationConfiguration());
    }

    /// <summary>As <see cref="RunAsync(string[])"/>, with everything from outside.</summary>
    internal static async Task<int> RunAsync(string[] args, IServiceProvider services, InvocationConfiguration console)
    {
        var list = new Command("list", "Lists the models that can be downloaded, and where those on disk are.");
        list.SetAction(_ => Guarded(console, () => Task.FromResult(List(services, console.Output))));

        var name = new Argument<string>("NAME") { Description = "A name from 'models list'." };
        name.CompletionSources.Add(_ => ModelCatalogue.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var pull = new Command("pull", "Downloads a model, or goes on with a download that broke off.") { name };
        pull.SetAction((parsed, cancel) => Guarded(console, () => PullAsync(services, parsed.GetRequiredValue(name), console, cancel)));

        var root = new RootCommand("BotHub") { new Command("models", "Language models on this machine.") { list, pull } };
        var result = root.Parse(args);
        var exit = await result.InvokeAsync(console);
        return result.Errors.Count > 0 ? Usage : exit;
    }

    private static async Task<int> Guarded(InvocationConfiguration console, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (OptionsValidationException e)
        {
            await console.Error.WriteLineAsync(string.Join(Environment.NewLine, e.Failures));
            return Failure;
        }
        catch (OperationCanceledException)
        {
            await console.Error.WriteLineAsync("Stopped; what has arrived is kept for the next 'models pull'.");
            return Failure;
        }
    }

    private static int List(IServiceProvider services, TextWriter output)
    {
        var folders = services.GetRequiredService<ModelFolders>();
        foreach (var model in ModelCatalogue.All)
        {
            var mark = model == ModelCatalogue.Default ? "*" : " ";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{mark} {model.Name,-14} {ByteSize.Text(model.Bytes),8}  {model.Licence,-10}  context {model.ContextTokens,6}  {model.Title}: {model.Description}"));
            output.WriteLine($"    {folders.Find(model) ?? "not on disk"}");
        }

        output.WriteLine($"* is the default. Downloads go to {folders.Download}");
        return 0;
    }

    private static async Task<int> PullAsync(IServiceProvider services, string name, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        if (ModelCatalogue.Find(name) is not { } model)
        {
            await console.Error.WriteLineAsync($"There is no model '{name}'; there are {string.Join(", ", ModelCatalogue.Names)}.");
            return Usage;
        }

        var folders = services.GetRequiredService<ModelFolders>();
        if (folders.Find(model) is { } there)
        {
            await console.Output.WriteLineAsync($"{model.Name} is already there: {there}");
            return 0;
        }

        await console.Output.WriteLineAsync($"{model.Name} ({ByteSize.Text(model.Bytes)}, {model.Licence}) from {model.Url.Host} to {folders.Download}");
        var bar = new ConsoleBar(console.Output, services.GetRequiredService<TimeProvider>());
        var outcome = await services.GetRequiredService<ModelDownloader>().DownloadAsync(model, folders.Download, bar, cancellationToken);
        bar.End();
        if (outcome is DownloadOutcome.Failed(var reason))
        {
            await console.Error.WriteLineAsync(reason);
            return Failure;
        }

        await console.Output.WriteLineAsync($"{model.Name} is ready: {((DownloadOutcome.Done)outcome).Path}");
        return 0;
    }
}
