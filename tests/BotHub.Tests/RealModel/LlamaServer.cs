using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BotHub.Tests.Chaos;
using BotHub.Tests.Hosting;
using BotHub.Tests.Operations;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.RealModel;

/// <summary>A real llama-server with the small model, where tests/llama-server/build has built one, or <c>LLAMA_SERVER</c> names one.</summary>
public sealed class LlamaServer : ServerProcess
{
    public const string Alias = "smol", Key = "sesame-0123456789";

    /// <summary>Of one slot.</summary>
    public const int Context = 512;

    private const int Slots = 2;

    private readonly int _port = Ports.Free();
    private readonly string _program;
    private readonly string _model;
    private readonly HttpClient _http;

    private LlamaServer(string program, string model)
    {
        (_program, _model) = (program, model);
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = new Uri($"http://127.0.0.1:{_port}/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public override string Name => $"llama-server on port {_port}";

    public string Url => $"{_http.BaseAddress}v1";

    public static async Task<LlamaServer> StartOrSkipAsync(CancellationToken cancel)
    {
        var program = Find();
        Assert.SkipWhen(program is null, "There is no llama-server: run tests/llama-server/build (some minutes, once), or set LLAMA_SERVER to one.");
        var model = SmallModel.Path;
        Assert.SkipWhen(model is null, SmallModel.Missing);
        var server = new LlamaServer(program!, model!);
        try
        {
            await server.StartAsync(cancel);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>The prompt's tokens as the server itself counts them, with its own template.</summary>
    public async Task<int> CountAsync(IEnumerable<ChatMessage> prompt, CancellationToken cancel)
    {
        var body = new { messages = prompt.Select(m => new { role = m.Role.Value, content = m.Text }) };
        var rendered = (await CallAsync("apply-template", body, cancel)).GetProperty("prompt").GetString();
        return (await CallAsync("tokenize", new { content = rendered, add_special = false, parse_special = true }, cancel)).GetProperty("tokens").GetArrayLength();
    }

    /// <summary>How many answers it is computing.</summary>
    public async Task<int> BusyAsync(CancellationToken cancel) =>
        (await _http.GetFromJsonAsync<JsonElement>("slots", cancel)).EnumerateArray().Count(s => s.GetProperty("is_processing").GetBoolean());

    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancel) =>
        [.. (await _http.GetFromJsonAsync<JsonElement>("v1/models", cancel)).GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];

    protected override ProcessStartInfo Describe() => new(_program)
    {
        ArgumentList =
        {
            "--model", _model, "--alias", Alias, "--host", "127.0.0.1", "--port", $"{_port}", "--api-key", Key,
            "--ctx-size", $"{Context * Slots}", "--parallel", $"{Slots}", "--threads", "1", "--slots",
        },
    };

    protected override async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var response = await _http.GetAsync("health", cancel);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonElement> CallAsync(string path, object body, CancellationToken cancel)
    {
        using var response = await _http.PostAsJsonAsync(path, body, cancel);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancel);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("LLAMA_SERVER") is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new FileNotFoundException($"LLAMA_SERVER names {named}, which is not there.");
        var lockFile = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Repository.PathOf("tests", "llama-server", "package-lock.json")));
        var version = lockFile.GetProperty("packages").GetProperty("node_modules/node-llama-cpp").GetProperty("version").GetString();
        var home = Environment.GetEnvironmentVariable("HOME") ?? "";
        var cache = Environment.GetEnvironmentVariable("LLAMA_SERVER_CACHE")
            ?? Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "bothub", "llama-server");
        return Directory.Exists(cache)
            ? Directory.EnumerateDirectories(cache, $"{version}-*").Where(f => File.Exists(Path.Combine(f, "complete"))).Select(f => Path.Combine(f, "llama-server")).FirstOrDefault()
            : null;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
    }
}

/// <summary>The small real model, where it lies beside the repository.</summary>
internal static class SmallModel
{
    public const string File = "SmolLM2-135M-Instruct.Q4_1.gguf", Missing = $"{File} is not on this machine.";

    /// <summary>Null where it is not.</summary>
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            foreach (var models in (string[][])[["shared", "models"], ["models"]])
                if (System.IO.Path.Combine([folder, .. models, File]) is var file && System.IO.File.Exists(file)) return file;
        return null;
    }
}
