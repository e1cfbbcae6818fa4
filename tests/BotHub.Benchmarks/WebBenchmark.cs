using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BotHub.Benchmarks;

/// <summary>
/// Web messages end to end: post, then RUN_FINISHED seen on the stream, with an echo at full speed; many conversations, each a closed
/// loop. The hub runs as a process of its own, on the embedded store and on redis-server where there is one, beside a server of the
/// same contract that answers from memory and keeps nothing. Rounds alternate, so that a busy machine hits all alike: compare the
/// ratios. Arguments: --conversations N (32), --seconds N (5), --rounds N (3).
/// </summary>
public static class WebBenchmark
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 10_000 }, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };

    public static async Task<int> RunAsync(string[] args)
    {
        var (conversations, seconds, rounds) = (Number(args, "--conversations", 32), Number(args, "--seconds", 5), Number(args, "--rounds", 3));
        var directory = Directory.CreateTempSubdirectory("bothub-bench-");
        List<Process> processes = [];
        await using var baseline = await StartBaselineAsync();
        try
        {
            List<(string Name, Uri Address)> servers = [("memory only", new Uri(baseline.Urls.First()))];
            servers.Add(("hub, garnet embedded", await StartHubAsync(processes, Path.Combine(directory.FullName, "data"), null)));
            if (StartRedis(processes, directory.FullName) is { } redis) servers.Add(("hub, redis everysec", await StartHubAsync(processes, directory.FullName, redis)));

            Console.WriteLine($"{conversations} conversations in closed loops, {seconds} s each, {rounds} rounds after one to warm up, {Environment.ProcessorCount} cores");
            Console.WriteLine($"{"round",5} {"server",-22} {"messages/s",11} {"of memory",10} {"p50",9} {"p99",9} {"foreign cores",14}");
            var ratios = servers.ToDictionary(s => s.Name, _ => new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                var reference = 0.0;
                foreach (var (name, address) in servers)
                {
                    var result = await MeasureAsync(address, conversations, TimeSpan.FromSeconds(round == 0 ? Math.Min(3, seconds) : seconds), processes);
                    if (reference == 0) reference = result.Rate;
                    if (round > 0) ratios[name].Add(result.Rate / reference);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(round == 0 ? "warm" : round),5} {name,-22} {result.Rate,11:0} {result.Rate / reference,10:0.00} {result.P50,6:0.0} ms {result.P99,6:0.0} ms {result.Foreign,14:0.00}{(result.Foreign > 0.1 ? "  noisy: not to be quoted" : "")}"));
                }
            }

            foreach (var (name, values) in ratios.Skip(1))
            {
                values.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {values[values.Count / 2]:0.00} of memory only (median; {values[0]:0.00} to {values[^1]:0.00})"));
            }

            return 0;
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                process.Dispose();
            }

            directory.Delete(recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(Uri server, int conversations, TimeSpan duration, List<Process> processes)
    {
        var talks = await Task.WhenAll(Enumerable.Range(0, conversations).Select(_ => Talk.OpenAsync(server)));
        var latencies = new ConcurrentBag<double>();
        var (busy, own, start) = (BusySeconds(), OwnSeconds(processes), Stopwatch.GetTimestamp());
        await Task.WhenAll(talks.Select(async talk =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                await talk.AskAsync();
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var foreign = (BusySeconds() - busy - (OwnSeconds(processes) - own)) / elapsed;
        foreach (var talk in talks) talk.Dispose();
        double[] sorted = [.. latencies.Order()];
        return new Result(sorted.Length / elapsed, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100], foreign);
    }

    /// <param name="Foreign">Cores that other processes kept busy meanwhile.</param>
    private readonly record struct Result(double Rate, double P50, double P99, double? Foreign);

    /// <summary>One conversation with its stream open.</summary>
    private sealed class Talk(Uri messages, string token, HttpResponseMessage stream, IAsyncEnumerator<SseItem<string>> events) : IDisposable
    {
        private int _next;

        public static async Task<Talk> OpenAsync(Uri server)
        {
            using var created = await Http.PostAsJsonAsync(new Uri(server, "api/chat/conversations"), new { });
            var opened = await created.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
            var (id, token) = (opened.GetProperty("conversation").GetString(), opened.GetProperty("token").GetString()!);
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, $"api/chat/conversations/{id}/events"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var stream = (await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).EnsureSuccessStatusCode();
            var events = SseParser.Create(await stream.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
            return new Talk(new Uri(server, $"api/chat/conversations/{id}/messages"), token, stream, events);
        }

        public async Task AskAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, messages) { Content = JsonContent.Create(new { id = $"m{_next++}", text = "What would you answer to a question of an ordinary length like this one?" }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using (var response = await Http.SendAsync(request)) response.EnsureSuccessStatusCode();
            do
            {
                if (!await events.MoveNextAsync()) throw new InvalidOperationException("The stream ended.");
            }
            while (!events.Current.Data.Contains("\"RUN_FINISHED\"", StringComparison.Ordinal));
        }

        public void Dispose() => stream.Dispose();
    }

    /// <summary>The same contract with nothing behind it: what HTTP and JSON alone cost here.</summary>
    private static async Task<WebApplication> StartBaselineAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var feeds = new ConcurrentDictionary<string, Channel<string>>();
        app.MapPost("/api/chat/conversations", () =>
        {
            var id = Guid.NewGuid().ToString("N");
            feeds[id] = Channel.CreateUnbounded<string>();
            return Results.Json(new { conversation = id, token = id }, statusCode: 201);
        });
        app.MapPost("/api/chat/conversations/{id}/messages", async (string id, HttpRequest request) =>
        {
            var message = await request.ReadFromJsonAsync<JsonElement>();
            var text = JsonSerializer.Serialize(message.GetProperty("text").GetString());
            string[] answer = ["{\"type\":\"RUN_STARTED\"}", "{\"type\":\"TEXT_MESSAGE_START\"}", $"{{\"type\":\"TEXT_MESSAGE_CONTENT\",\"delta\":{text}}}", "{\"type\":\"TEXT_MESSAGE_END\"}", "{\"type\":\"RUN_FINISHED\"}"];
            feeds[id].Writer.TryWrite(string.Concat(answer.Select((e, i) => $"id: {i}\ndata: {e}\n\n")));
            return Results.Json(new { message = message.GetProperty("id").GetString(), position = 0 }, statusCode: 202);
        });
        app.MapGet("/api/chat/conversations/{id}/events", async (string id, HttpResponse response, CancellationToken cancel) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync(": connected\n\n", cancel);
            await response.Body.FlushAsync(cancel);
            try
            {
                await foreach (var events in feeds[id].Reader.ReadAllAsync(cancel))
                {
                    await response.Body.WriteAsync(Encoding.UTF8.GetBytes(events), cancel);
                    await response.Body.FlushAsync(cancel);
                }
            }
            catch (OperationCanceledException) { /* the client has gone */ }
        });
        await app.StartAsync();
        return app;
    }

    private static async Task<Uri> StartHubAsync(List<Process> processes, string directory, string? redis)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { Path.Combine(AppContext.BaseDirectory, "BotHub.dll") }, RedirectStandardOutput = true };
        var environment = start.Environment;
        (environment["ASPNETCORE_URLS"], environment["Storage__Directory"], environment["Logging__LogLevel__Default"]) = (address.ToString().TrimEnd('/'), directory, "Warning");
        (environment["Models__Default"], environment["Models__echo__Type"], environment["Models__echo__CharactersPerSecond"]) = ("echo", "echo", "0");
        (environment["Channels__Web__MessagesPerMinute"], environment["Channels__Web__ConversationsPerMinute"]) = ("1000000", "1000000");
        if (redis is not null) environment["ConnectionStrings__Redis"] = redis;
        processes.Add(Start(start));
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var response = await Http.GetAsync(new Uri(address, "health/live"));
                if (response.IsSuccessStatusCode) return address;
            }
            catch (HttpRequestException) when (tries < 600 && !processes[^1].HasExited) { /* not yet */ }
            await Task.Delay(100);
        }
    }

    private static string? StartRedis(List<Process> processes, string directory)
    {
        var port = FreePort();
        try
        {
            processes.Add(Start(new ProcessStartInfo("redis-server", $"--port {port} --bind 127.0.0.1 --save \"\" --appendonly yes --loglevel warning") { WorkingDirectory = directory, RedirectStandardOutput = true }));
            return $"127.0.0.1:{port}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("redis-server is not on the PATH: measuring the embedded store only.");
            return null;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static double OwnSeconds(List<Process> processes)
    {
        foreach (var process in processes) process.Refresh();
        return Environment.CpuUsage.TotalTime.TotalSeconds + processes.Sum(p => p.TotalProcessorTime.TotalSeconds);
    }

    /// <summary>Seconds that all cores together have worked since boot; null where the system does not tell.</summary>
    private static double? BusySeconds()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // user, nice, system, irq, softirq, in hundredths; idle, I/O waits and stolen time are not work.
        return ((int[])[1, 2, 3, 6, 7]).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / 100;
    }

    private static int Number(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
