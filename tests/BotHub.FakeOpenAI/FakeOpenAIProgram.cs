using System.Globalization;
using System.Runtime.InteropServices;

namespace BotHub.FakeOpenAI;

/// <summary>
/// Starts a fake by hand: <c>--port 8090</c>, <c>--key K</c>, and what it allows:
/// <c>--requests-per-minute N</c>, <c>--tokens-per-minute N</c>, <c>--concurrency N</c>. The lines it prints are for programs to read. A class of its own: a
/// global <c>Program</c> would collide with the hub's in the tests.
/// </summary>
internal static class FakeOpenAIProgram
{
    public static async Task Main(string[] args)
    {
        string? Argument(string name) => Array.IndexOf(args, "--" + name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

        int Number(string name) => int.Parse(Argument(name) ?? "0", CultureInfo.InvariantCulture);
        var defaults = new FakeOpenAIOptions();
        await using var server = await FakeOpenAIServer.StartAsync(new()
        {
            Port = int.Parse(Argument("port") ?? "8090", CultureInfo.InvariantCulture),
            Key = Argument("key") ?? defaults.Key,
            Limits = new(Number("requests-per-minute"), Number("tokens-per-minute"), Number("concurrency"), TimeSpan.FromMinutes(1)),
        }).ConfigureAwait(false);
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await output.WriteLineAsync($"azure {server.Url}").ConfigureAwait(false);
        await output.WriteLineAsync($"v1    {server.V1Url}").ConfigureAwait(false);
        await output.WriteLineAsync($"key   {server.Options.Key}").ConfigureAwait(false);

        var ended = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await ended.Task.ConfigureAwait(false);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }
}
